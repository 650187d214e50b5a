"""Finds the analyses. A new one is a new file in ``methods/`` and nothing else."""

from __future__ import annotations

import importlib
import pkgutil
from functools import cache

from characterization.analysis import methods
from characterization.analysis.base import Method
from characterization.instruments.base import Technique


@cache
def all_methods() -> tuple[Method, ...]:
    found = [
        importlib.import_module(f"{methods.__name__}.{module.name}").METHOD
        for module in pkgutil.iter_modules(methods.__path__)
        if not module.name.startswith("_")
    ]
    return tuple(sorted(found, key=lambda method: method.name))


def methods_for(technique: Technique) -> tuple[Method, ...]:
    return tuple(method for method in all_methods() if method.technique == technique)


def method_named(name: str) -> Method | None:
    return next((method for method in all_methods() if method.name == name), None)
