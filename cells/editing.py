"""This floor's records that have a history and are edited."""

from __future__ import annotations

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from cells.forms.builds import CathodeForm, CellForm
from cells.models import CathodeRecipe, Cell, CellNote, Channel, Occupation, RecipeComponent, Study
from cells.models.cells import AFTERWARDS
from synthesis import constraint_words
from synthesis.editing import FREE, logged, register_sample
from synthesis.models import Instrument, Role
from synthesis.record_kinds import Part, RecordKind, register


def register_all() -> None:
    register_sample(CathodeForm, "equipment")
    register(
        RecordKind(
            Cell.KIND,
            Cell,
            _("cell"),
            logged(CellForm, "equipment", "separator_density_from", *AFTERWARDS),
            free=(*FREE, *AFTERWARDS),
            parts=(
                Part(Occupation, "cell_id", _("time on a channel")),
                Part(CellNote, "cell_id", _("event")),
            ),
        )
    )
    components = (Part(RecipeComponent, "recipe_id", _("component")),)
    register(RecordKind("recipe", CathodeRecipe, _("recipe"), parts=components))
    register(RecordKind("study", Study, _("study"), ("name", "reference_cycle", "note")))
    register(
        RecordKind(
            "channel",
            Channel,
            _("channel"),
            ("name",),
            project="instrument_id",
            through=Instrument,
            least=Role.MANAGER,
            parts=(Part(Occupation, "channel_id", _("cell on it")),),
            home=lambda channel: reverse("channels"),
        )
    )
    constraint_words.SENTENCES.update(_SENTENCES)


_SENTENCES = {
    "event_says_something": _("Say what happened."),
    "post_mortem_says_what": _("Choose what was found, beside its date and note."),
    "tolerance_above_zero": _("A tolerance is above zero, or empty for none."),
    "left_out_with_a_reason": _("Say why it is left out; the reason is shown wherever it is missing."),
    "active_within_composite": _("There cannot be more active material than composite."),
    "window_opens_upwards": _("The window ends above its start."),
}
