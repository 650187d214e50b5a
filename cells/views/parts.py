"""What this floor adds to the page of a sample: what was weighed into a cathode, and what follows for a cell."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from cells import figures
from cells.models import CathodeBatch, Cell
from synthesis import access, sample_parts
from synthesis.access import Actor
from synthesis.models import Role, Sample
from synthesis.sample_parts import Action, Panel


def weighed(request: HttpRequest, sample: Sample) -> dict[str, Any] | None:
    own = sample.own
    if not isinstance(own, CathodeBatch) or not own.makeup.parts:
        return None
    rows = [(part, own.reasons.get(part.component.material, "")) for part in own.makeup.parts]
    share, by = own.makeup.active_share()
    active = None if share is None else 100 * share
    return {"rows": rows, "makeup": own.makeup, "recipe": own.recipe, "active": active, "by": by}


def built(request: HttpRequest, sample: Sample) -> dict[str, Any] | None:
    own = sample.own
    if not isinstance(own, Cell):
        return None
    found = figures.of(own)
    return {"figures": found, "cell": own} if found or own.post_mortem else None


def _may_change_cell(sample: Sample, actor: Actor) -> bool:
    return sample.kind == Cell.KIND and access.may(actor, sample.project, Role.EDITOR)


def _counts(sample: Sample, actor: Actor) -> bool:
    return _may_change_cell(sample, actor) and not getattr(sample, "left_out", False)


def _is_left_out(sample: Sample, actor: Actor) -> bool:
    return _may_change_cell(sample, actor) and bool(getattr(sample, "left_out", False))


sample_parts.show(Panel("cells/makeup_panel.html", weighed, order=15))
sample_parts.show(Panel("cells/figures_panel.html", built, order=15))
sample_parts.act(
    Action(_("Leave out of statistics"), "circle-slash", "cell-left-out", order=20, shows=_counts)
)
sample_parts.act(Action(_("Count it again"), "circle-check", "cell-left-out", order=20, shows=_is_left_out))
sample_parts.act(Action(_("Post-mortem"), "eye", "cell-post-mortem", order=25, shows=_may_change_cell))
