"""What other rooms add to the page of a sample: notices under its head, actions in its menu, panels below the chain.

Each room registers its own when its views are loaded, as the logbook does for what can be logged. So a new notice,
action or panel is a line in the room that it belongs to, and the page itself stays as it is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.functional import Promise

from synthesis.access import Actor
from synthesis.models import Sample


@dataclass(frozen=True)
class Notice:
    """One line under the head: what is, and the one link that leads to what to do. ``level`` is warn, bad or info."""

    level: str
    sentence: str
    url: str = ""
    link: str = ""


@dataclass(frozen=True)
class Action:
    """An entry of the sample's menu that leads to the page ``url_name`` of this code."""

    label: str | Promise
    icon: str
    url_name: str
    order: int = 50
    query: str = ""
    shows: Callable[[Sample, Actor], bool] = lambda sample, actor: True

    def address(self, sample: Sample) -> str:
        return reverse(self.url_name, args=[sample.code]) + self.query


@dataclass(frozen=True)
class Panel:
    """A part of the overview. ``build`` answers its context, or None where it has nothing to say."""

    template: str
    build: Callable[[HttpRequest, Sample], dict[str, Any] | None]
    order: int = 50


Noticing = Callable[[Sample, Actor], Iterable[Notice]]
_NOTICING: list[Noticing] = []
_ACTIONS: list[Action] = []
_PANELS: list[Panel] = []


def notice(find: Noticing) -> Noticing:
    """Registers a function that finds notices about a sample; usable as a decorator."""
    _NOTICING.append(find)
    return find


def act(action: Action) -> None:
    _ACTIONS.append(action)


def show(panel: Panel) -> None:
    _PANELS.append(panel)


def notices(sample: Sample, actor: Actor) -> list[Notice]:
    return [found for find in _NOTICING for found in find(sample, actor)]


def actions(sample: Sample, actor: Actor) -> list[tuple[Action, str]]:
    """The actions that this person has here, each with its address."""
    fitting = [action for action in _ACTIONS if action.shows(sample, actor)]
    return [(action, action.address(sample)) for action in sorted(fitting, key=lambda action: action.order)]


def panels(request: HttpRequest, sample: Sample) -> list[tuple[str, dict[str, Any]]]:
    """The panels of the overview that have something to say, as (template, context)."""
    built = [
        (panel.template, panel.build(request, sample)) for panel in sorted(_PANELS, key=lambda one: one.order)
    ]
    return [(template, context) for template, context in built if context is not None]
