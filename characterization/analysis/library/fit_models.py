"""Fit models of XPS regions, as JSON: which components there are, where, how wide, bound to what."""

from __future__ import annotations

import json
from typing import Any

from characterization.analysis.library.entries import Checked, NotTaken
from characterization.analysis.xps.models import ModelError, model_from


def checked(text: str) -> Checked:
    """``content`` is the model as it is written, without its name and version. Raises NotTaken."""
    given = _object(text)
    try:
        model = model_from({"name": "?"} | given)
    except ModelError as error:
        raise NotTaken(" ".join(error.sentences[:5])) from error
    content = {name: value for name, value in given.items() if name not in ("name", "version")}
    count = len(model.components)
    components = f"{count} component{'' if count == 1 else 's'}"
    name = model.name if given.get("name") else ""
    return Checked(
        content, f"{model.region}, {components}, {model.background} background", name, model.source[:500]
    )


def _object(text: str) -> dict[str, Any]:
    try:
        model = json.loads(text, parse_constant=_no_number)
    except RecursionError as error:
        raise NotTaken("The JSON is nested too deeply for a model.") from error
    except json.JSONDecodeError as error:
        raise NotTaken(f"This is no JSON: {error.msg}, line {error.lineno}, column {error.colno}.") from error
    if not isinstance(model, dict):
        raise NotTaken('A model is one JSON object: {"region": "C 1s", …}.')
    return model


def _no_number(word: str) -> None:
    raise NotTaken(f"{word} is no number that a model can hold.")
