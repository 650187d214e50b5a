"""Which project a file arrives in, and whether its sender may send it there.

In this order: the sample's project, the project that is named, the instrument's, the only one in which the person
may write. What an administrator or an instrument of no project sends without a word goes to the project "Unsorted".
"""

from __future__ import annotations

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.utils.translation import gettext as _

from characterization.matching import run_named, sample_named
from synthesis import access
from synthesis.access import Actor, InstrumentActor
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import CarbonizationRun, Instrument, Project, Sample

Thing = Sample | CarbonizationRun

M = TypeVar("M", bound=Model)
UNSORTED = ("unsorted", "Unsorted")


def unsorted() -> Project:
    """The project of files that nobody placed; made when it is first needed, with no members."""
    slug, name = UNSORTED
    found, _new = Project.objects.get_or_create(slug=slug, defaults={"name": name})
    return found


def sample_for(actor: Actor | None, code: str, instrument: Instrument | None = None) -> Sample:
    """The sample of a code, as far as the sender may name it. None as actor is the operator of the machine."""
    found = _known(Sample.objects.select_related("project"), actor).filter(code=code.strip().upper()).first()
    if found is None:
        raise Refusal(_("There is no sample %(code)s that you may see.") % {"code": code}, field="sample")
    return found


def run_for(actor: Actor | None, code: str) -> CarbonizationRun:
    """The furnace run of a code, as far as the sender may name it."""
    runs = _known(CarbonizationRun.objects.select_related("project"), actor)
    found = runs.filter(code=code.strip().upper()).first()
    if found is None:
        raise Refusal(_("There is no furnace run %(code)s that you may see.") % {"code": code}, field="run")
    return found


def owner_for(actor: Actor | None, code: str) -> Thing:
    """The sample or furnace run of a code. Raises Refusal where the actor may see neither."""
    runs = _known(CarbonizationRun.objects.select_related("project"), actor)
    return runs.filter(code=code.strip().upper()).first() or sample_for(actor, code)


def _known(records: QuerySet[M], actor: Actor | None) -> QuerySet[M]:
    """What a sender may name: an instrument the things of its project, a person what they see, the operator all."""
    if isinstance(actor, InstrumentActor):
        own = actor.instrument.project
        return records.filter(project=own) if own is not None else records
    return access.visible(records, actor) if actor is not None else records


def project_for_file(
    actor: Actor | None, sample: Thing | None = None, project: str = "", instrument: Instrument | None = None
) -> Project:
    """Where the file goes; ``sample`` may be a run. Raises Refusal (400) where that is not clear, NotAllowed (403)."""
    if isinstance(actor, InstrumentActor):
        return _of_instrument(actor.instrument, sample, project)
    found = _named(actor, sample, project) or (instrument.project if instrument else None)
    if found is not None:
        if actor is not None:
            access.require_change(actor, found)
        return found
    return _only_one(actor)


def placed(
    actor: Actor | None, project: Project, sample: Sample | None, name: str
) -> tuple[Project, Sample | None]:
    """An administrator's unsorted file whose name names one sample of the house goes to that sample."""
    if sample is not None or project.slug != UNSORTED[0] or isinstance(actor, InstrumentActor):
        return project, sample
    found = sample_named([name], None)
    run = run_named([name], None) if found is None else None
    return (
        (found.project, found) if found is not None else (run.project if run is not None else project, None)
    )


def _of_instrument(own: Instrument, sample: Thing | None, project: str) -> Project:
    home = sample.project if sample is not None else own.project
    if project and (home is None or home.slug != project):
        raise Refusal(
            _("%(instrument)s sends files to %(home)s only.")
            % {"instrument": own, "home": home or UNSORTED[1]},
            field="project",
        )
    return home if home is not None else unsorted()


def _named(actor: Actor | None, sample: Thing | None, slug: str) -> Project | None:
    if not slug:
        return sample.project if sample is not None else None
    projects = Project.objects.all() if actor is None else access.visible_projects(actor)
    found = projects.filter(slug=slug).first()
    if found is None:
        raise Refusal(_("There is no project ‘%(slug)s’ that you may see.") % {"slug": slug}, field="project")
    if sample is not None and sample.project_id != found.pk:
        raise Refusal(
            _("%(sample)s is in %(own)s, not in %(named)s. Leave one of them out.")
            % {"sample": sample, "own": sample.project, "named": found},
            field="project",
        )
    return found


def _only_one(actor: Actor | None) -> Project:
    if actor is None:
        return unsorted()
    mine = access.editable_projects(actor)
    superuser = bool(getattr(actor, "is_superuser", False))
    if superuser:
        mine = mine.filter(memberships__user=actor.pk)
    few = list(mine[:2])
    if len(few) == 1:
        return few[0]
    if superuser:
        return unsorted()
    if not few:
        raise NotAllowed(_("You may write in no project yet. A manager of a project can make you an editor."))
    raise Refusal(
        _("You write in several projects: say which, as ‘project’ with its short name."), field="project"
    )
