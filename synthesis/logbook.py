"""What can be logged, in the order of the work. Each floor adds its own kinds when it starts."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils.functional import Promise

View = Callable[[HttpRequest], HttpResponseBase]


@dataclass(frozen=True)
class LogKind:
    """``slug`` stands in the address (/log/nanosponge/), ``order`` in the menu.

    ``form`` is the form of a step that a protocol can plan; None for what is no step.
    """

    slug: str
    label: str | Promise
    icon: str
    view: View
    order: int
    form: Any = None


_KINDS: dict[str, LogKind] = {}


def register(kind: LogKind) -> None:
    _KINDS[kind.slug] = kind


def find(slug: str) -> LogKind | None:
    return _KINDS.get(slug)


def kinds() -> list[LogKind]:
    return sorted(_KINDS.values(), key=lambda kind: kind.order)


def steps() -> list[LogKind]:
    """What can be planned by a protocol, in the order of the work."""
    return [kind for kind in kinds() if kind.form is not None]
