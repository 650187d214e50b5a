"""What the page of a sample says about flags: its own, and those of the runs and samples that it came of."""

from __future__ import annotations

from collections.abc import Iterator

from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from synthesis import access, flags, sample_parts, upstream
from synthesis.access import Actor
from synthesis.models import CarbonizationRun, Flag, Sample
from synthesis.models.samples import Kind
from synthesis.sample_parts import Notice

MOST = 3
MOST_SENTENCES = 3


def register_all() -> None:
    sample_parts.notice(flagged_upstream)


def flagged_upstream(sample: Sample, actor: Actor) -> Iterator[Notice]:
    """One line per run or sample that is flagged, with what it touches; of many the first."""
    if not upstream.of(sample, "flag"):
        return
    grouped: dict[flags.Thing, list[Flag]] = {}
    for flag in flags.of_ancestors(sample):
        thing = flag.run or flag.sample
        if thing is not None:
            grouped.setdefault(thing, []).append(flag)
    for thing, found in list(grouped.items())[:MOST]:
        yield _notice(thing, found, actor, own=thing.pk == sample.pk and isinstance(thing, Sample))
    if len(grouped) > MOST:
        more = len(grouped) - MOST
        yield Notice(
            "warn",
            ngettext("%(count)s more upstream is flagged.", "%(count)s more upstream are flagged.", more)
            % {"count": more},
        )


def sentence_of(thing: flags.Thing, found: list[Flag]) -> str:
    """ "CR-0007 deviated: overshoot of 14 °C; hold of 3.2 h instead of 4 h. Touches 2 lots, 3 cathodes, 9 cells." """
    said = [flag.sentence.rstrip(".") for flag in found[:MOST_SENTENCES]]
    if len(found) > MOST_SENTENCES:
        said.append(_("%(count)s more") % {"count": len(found) - MOST_SENTENCES})
    words = _("%(code)s deviated: %(what)s.") % {"code": thing.code, "what": "; ".join(said)}
    return f"{words} {touches(found)}".strip()


def touches(found: list[Flag]) -> str:
    counts = flags.touched(found)
    lots, cathodes, cells = (counts.get(kind, 0) for kind in (Kind.ADDITIVE, Kind.CATHODE, Kind.CELL))
    parts = [
        (lots, ngettext("%(count)s lot", "%(count)s lots", lots)),
        (cathodes, ngettext("%(count)s cathode", "%(count)s cathodes", cathodes)),
        (cells, ngettext("%(count)s cell", "%(count)s cells", cells)),
    ]
    named = [words % {"count": count} for count, words in parts if count]
    return _("Touches %(what)s.") % {"what": ", ".join(named)} if named else ""


def _notice(thing: flags.Thing, found: list[Flag], actor: Actor, *, own: bool) -> Notice:
    """A run or sample of a project that one may not see is not named."""
    if not own and thing.project_id not in access.visible_ids(actor):
        return Notice("warn", _("A step upstream, in another project, deviated from its plan."))
    return Notice("warn", sentence_of(thing, found), trace_of(thing), _("Trace"))


def trace_of(thing: flags.Thing) -> str:
    """Where what came of it is listed; the page of the thing itself in a house without traces."""
    try:
        return reverse("trace", args=[thing.code])
    except NoReverseMatch:
        return thing.get_absolute_url()


def run_sentence(run: CarbonizationRun) -> str:
    found = list(flags.of_thing(run))
    return sentence_of(run, found) if found else ""
