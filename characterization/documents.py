"""Documents of things: a safety data sheet of a material, a certificate of equipment, a photo of a sample.

They come through the one door and are kept as they came. A material's are seen by everybody who has a project; any
other's by whoever sees the thing.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from characterization import blobs, intake
from characterization.models import Document
from synthesis import access
from synthesis.access import Actor
from synthesis.errors import NotAllowed, Refusal
from synthesis.models import CarbonizationRun, Instrument, Material, Project, Role, Sample

Thing = Material | Instrument | Sample | CarbonizationRun
HOUSE = ("documents", "Documents of the house")
LONGEST_TITLE = 200
# What a browser may show by itself, told by the file's first bytes and never by its name.
SHOWN = (
    (b"%PDF-", "application/pdf"),
    (b"\x89PNG\r\n\x1a\n", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF87a", "image/gif"),
    (b"GIF89a", "image/gif"),
)


@dataclass(frozen=True)
class Edition:
    """A document with the older ones that it came in the place of, newest first."""

    document: Document
    older: list[Document] = field(default_factory=list)


def visible(actor: Actor) -> QuerySet[Document]:
    """The documents that a person may see."""
    found = Document.objects.select_related("file", "created_by", "material", "instrument", "sample", "run")
    if access.sees_all(actor):
        return found
    mine = access.visible_projects(actor)
    if not mine.exists():
        return found.none()
    own = mine.values("pk")
    return found.filter(
        Q(material__isnull=False)
        | Q(instrument__isnull=False, instrument__project__isnull=True)
        | Q(instrument__project__in=own)
        | Q(sample__project__in=own)
        | Q(run__project__in=own)
    )


def editions(thing: Thing, actor: Actor) -> list[Edition]:
    """The documents of a thing that are in force, newest first, each with its older editions; in one query or two."""
    found = {one.pk: one for one in visible(actor).filter(**_of(thing)).order_by("-pk")}
    replaced = {one.replaces_id for one in found.values()}
    return [Edition(one, list(_older(one, found))) for one in found.values() if one.pk not in replaced]


def _older(document: Document, found: dict[int, Document]) -> Iterable[Document]:
    while document.replaces_id in found:
        document = found[document.replaces_id]
        yield document


def may_add(thing: Thing, actor: Actor) -> bool:
    """Whoever may change the thing; for what belongs to the whole house whoever may change anything."""
    project = getattr(thing, "project", None)
    if project is not None:
        return access.may(actor, project, Role.EDITOR)
    return access.editable_projects(actor).exists()


def require_adding(thing: Thing, actor: Actor) -> None:
    """Raises NotAllowed; asked before anything of what was sent is looked at."""
    if not may_add(thing, actor):
        raise NotAllowed(_("Your role lets you look, not add documents. A manager can make you an editor."))


@transaction.atomic
def add(
    thing: Thing,
    chunks: Iterable[bytes],
    *,
    name: str,
    size: int | None,
    actor: Actor,
    kind: str = Document.Kind.OTHER,
    title: str = "",
    replaces: int | None = None,
) -> Document:
    """Keeps a document. The same bytes for the same thing are the same document, unless a newer has replaced it.

    Raises NotAllowed; Refusal for an unknown kind, an empty file or one that is too large, and where the document that
    it should replace is not the thing's, or is replaced already.
    """
    require_adding(thing, actor)
    if kind not in Document.Kind.values:
        raise Refusal(_("‘%(kind)s’ is no kind of document.") % {"kind": kind}, field="kind")
    if size == 0:
        raise Refusal(
            _("%(name)s is empty: 0 bytes arrived. Choose it again.") % {"name": name}, field="file"
        )
    older = _replaced(thing, replaces)
    by: Any = actor if actor.pk else None
    delivery = intake.Delivery(
        name=name, project=_home(thing), by=by, size=size, purpose="document", **_attached(thing)
    )
    file = intake.submit(chunks, delivery).file
    present = Document.objects.filter(file=file, replaced_by__isnull=True, **_of(thing)).first()
    if present is not None and present != older:
        return present
    words = (title.strip() or (older.title if older else "") or file.name)[:LONGEST_TITLE]
    return Document.objects.create(
        file=file, kind=kind, title=words, replaces=older, created_by_id=by.pk if by else None, **_of(thing)
    )


def shown_as(document: Document) -> str:
    """The content type under which a browser may show it; empty where it is only to be kept."""
    with blobs.open_blob(document.file.sha256) as file:
        head = file.read(16)
    return next((kind for mark, kind in SHOWN if head.startswith(mark)), "")


def _replaced(thing: Thing, pk: int | None) -> Document | None:
    if pk is None:
        return None
    older = Document.objects.select_for_update().filter(pk=pk, **_of(thing)).first()
    if older is None:
        raise Refusal(
            _("The document that this should replace is not one of %(thing)s.") % {"thing": thing},
            field="replaces",
        )
    if Document.objects.filter(replaces=older).exists():
        raise Refusal(
            _("‘%(title)s’ has a newer edition already. Replace that one.") % {"title": older.title},
            field="replaces",
            status=409,
        )
    return older


def _of(thing: Thing) -> dict[str, Any]:
    names = {Material: "material", Instrument: "instrument", CarbonizationRun: "run"}
    name = next((name for model, name in names.items() if isinstance(thing, model)), "sample")
    return {f"{name}_id": thing.pk}


def _attached(thing: Thing) -> dict[str, Any]:
    """A document of a sample or a run is also among its files."""
    if isinstance(thing, CarbonizationRun):
        return {"run": thing}
    return {"sample": thing} if isinstance(thing, Sample) else {}


def _home(thing: Thing) -> Project:
    """Files stand in a project: what belongs to the whole house in one of its own, without members."""
    project = getattr(thing, "project", None)
    if project is not None:
        return project  # type: ignore[no-any-return]  # of the three models that have one
    slug, name = HOUSE
    found, _new = Project.objects.get_or_create(slug=slug, defaults={"name": name})
    return found
