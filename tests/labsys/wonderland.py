"""Alice's project, one of everything in it, and all who come to its door."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cached_property
from typing import Any

import orjson
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from cells.models import CathodeBatch, Cell, Channel, Occupation, Study
from characterization import documents, ingest
from characterization.models import Document, LibraryEntry, Measurement, RawFile, Upload
from synthesis import access, event_log, furnace, ledger, logbook, protocols
from synthesis.models import (
    ApiToken,
    CarbonizationRun,
    ElectrolyteBatch,
    FreezeDriedBatch,
    ImpregnatedBatch,
    Instrument,
    JointEntry,
    Material,
    Membership,
    Place,
    Project,
    Role,
    Sample,
    SavedSearch,
    SpecificationLimit,
)
from synthesis.units import parse
from tests import factories
from tests.characterization import files, tus

WORD = "wonderland"
"""Stands in the name of everything that is Alice's."""


@dataclass
class House:
    project: Project
    run: CarbonizationRun
    file: RawFile
    upload: Upload
    measurement: Measurement
    study: Study
    channel: Channel
    instrument: Instrument
    samples: dict[str, Sample]
    chart_keys: dict[str, str]
    alarm: str

    @property
    def words(self) -> list[bytes]:
        """Whatever gives Alice's project away."""
        codes = [sample.code for sample in self.samples.values()] + [self.run.code]
        return [word.lower().encode() for word in (*codes, WORD, self.file.sha256)]

    @cached_property
    def keys(self) -> dict[str, Any]:
        """Whose number stands in the addresses of each part of the house."""
        project, samples = self.project, self.samples
        recipe, search = project.cathode_recipes.get().pk, project.searches.get().pk
        return {
            "documents": Document.objects.get().pk, "files": self.file.pk,
            "measurements": self.measurement.pk, "studies": self.study.pk,
            "channels": self.channel.pk, "uploads": self.upload.pk, "instruments": self.instrument.pk,
            "recipes": recipe, "cathode-recipes": recipe,
            "samples": samples["samples"].entries.earliest("pk").pk, "materials": Material.objects.get().pk,
            "many": JointEntry.objects.get().pk, "history": self.run.pk,
            "protocols": project.protocols.get().pk, "limits": project.limits.get().pk,
            "equipment": self.instrument.pk, "search": search, "saved-searches": search,
            "places": Place.objects.get(name="Rabbit hole").pk,
            "alarms": self.alarm, "library": LibraryEntry.objects.get().pk,
        }  # fmt: skip

    @cached_property
    def member(self) -> int:
        return self.project.memberships.get(user__username="vera").pk


def build() -> House:
    project = factories.ProjectFactory(name="Wonderland", slug=WORD)
    alice = factories.member(project, Role.MANAGER, username="alice")
    factories.member(project, Role.EDITOR, username="bob")
    factories.member(project, Role.VIEWER, username="vera")
    factories.member(factories.ProjectFactory(name="Elsewhere"), Role.MANAGER, username="charlie")
    closed = factories.member(project, Role.MANAGER, username="closed")
    samples, run = _samples(project)
    _protocol(project, alice)
    instrument = factories.InstrumentFactory(name=f"{WORD} cycler", project=project)
    channel = Channel.objects.create(instrument=instrument, name=f"{WORD} 1")
    cell = Cell.objects.get(pk=samples["cells"].pk)
    begun = timezone.now() - timedelta(hours=30)  # and no file since: an alarm
    occupation = Occupation.objects.create(channel=channel, cell=cell, from_at=begun)
    JointEntry.objects.create(kind="cell").samples.set([samples["cells"]])
    study = Study.objects.create(project=project, name=f"{WORD} study")
    study.cells.add(cell)
    SpecificationLimit.objects.create(
        project=project, kind="additive", quantity="bet_surface_area", lower=15, unit="m²/g"
    )
    SavedSearch.objects.create(name=f"{WORD} things", query=WORD, project=project, created_by=alice)
    file = files.deliver(
        project,
        f"{WORD}.bdf.csv",
        files.bdf(),
        sample=samples["cells"],
        instrument=factories.InstrumentFactory(),
    )
    ingest.ingest(file.job.pk)
    measurement = Measurement.objects.get(file=file)
    LibraryEntry.objects.create(
        kind="xrd_widths", name="LaB6", text="20 0.1", content={"points": [[20, 0.1]]}, source="a standard",
        instrument=factories.InstrumentFactory(),
    )  # fmt: skip
    documents.add(samples["cells"], [b"%PDF-1.7"], name=f"{WORD}.pdf", size=8, actor=alice)
    upload = Upload.objects.create(user=type(alice).objects.get(username="bob"), length=100)
    RawFile.objects.filter(pk=file.pk).update(created_at=begun)
    alarm = f"stalled-cell-{occupation.pk}"
    house = House(project, run, file, upload, measurement, study, channel, instrument, samples, {}, alarm)
    house.chart_keys = _chart_keys(house, _logged_in(alice))
    _tokens(instrument, alice, closed)
    return house


def _protocol(project: Project, by: Any) -> None:
    content = {
        "values": {"reaction_time_h": 3},
        "takes": [{"role": "water", "unit": "mL", "planned": "50 mL", "lot": ""}],
    }
    made = protocols.create(project, "nanosponge", f"{WORD} sponge", content, by)
    protocols.release(made, by)
    protocols.new_version(made.protocol, None, by)


def _samples(project: Project) -> tuple[dict[str, Sample], CarbonizationRun]:
    named: dict[str, Any] = {"project": project, "name": f"{WORD} made"}
    Place.objects.create(name="Rabbit hole", path="Rabbit hole")
    sponge = factories.sponge(project, "50", name=named["name"], place="Rabbit hole")
    lot = factories.lot(project, "50", material=factories.MaterialFactory())
    soaked = ledger.record(ImpregnatedBatch(**named), parse("20 g", "g"), [factories.take(sponge, "5")], None)
    dried = ledger.record(FreezeDriedBatch(**named), parse("15 g", "g"), [factories.take(soaked, "5")], None)
    electrolyte = ledger.record(
        ElectrolyteBatch(**named), parse("5 g", "g"), [factories.take(lot, "1")], None
    )
    load = furnace.BoatLoad(dried, parse("2 g", "g"), parse("1 g", "g"), "NPCs", name=named["name"])
    run = furnace.record_run(CarbonizationRun(project=project, furnace=WORD), [], [load], None)
    recipe = factories.recipe(project, name=f"{WORD} recipe")
    takes = [factories.take(electrolyte, "100", "mg")]
    cathode = ledger.record(CathodeBatch(recipe=recipe, **named), parse("500 mg", "mg"), takes, None)
    cell = factories.cell(project, [factories.take(cathode, "14.3", "mg")], name=named["name"])
    additive = run.boats.get().additive
    return {
        "samples": sponge, "lots": lot, "nanosponge-batches": sponge, "impregnations": soaked,
        "freeze-dryings": dried, "additives": additive, "electrolyte-batches": electrolyte,
        "cathode-batches": cathode, "cells": cell,
    }, run  # fmt: skip


def _chart_keys(house: House, alice: Client) -> dict[str, str]:
    """A chart of each page that draws some, as the page itself names it."""
    keys = {}
    compare = f"/cells/compare/?cells={house.samples['cells'].code}"
    for start, page in (
        ("/measurements/", house.measurement.get_absolute_url()),
        ("/studies/", house.study.get_absolute_url()),
        ("/cells/", compare),
    ):
        found = re.search(rb"/charts/([\w-]+)\.", alice.get(page).content)
        keys[start] = found[1].decode() if found else "none"
    return keys


def _tokens(instrument: Instrument, alice: Any, closed: Any) -> None:
    SECRETS.clear()
    people = {"charlie": "charlie", "viewer": "vera", "editor": "bob", "manager": "alice"}
    for actor, username in people.items():
        SECRETS[actor] = access.new_token(actor, user=type(alice).objects.get(username=username))
    SECRETS["instrument"] = access.new_token("instrument", instrument=instrument)
    SECRETS["revoked"] = access.new_token("revoked", user=alice)
    ApiToken.objects.filter(name="revoked").update(revoked_at=timezone.now())
    SECRETS["closed"] = access.new_token("closed", user=closed)


SECRETS: dict[str, str] = {}
LOGINS = {"charlie": "charlie", "viewer": "vera", "editor": "bob", "manager": "alice", "closed": "closed"}


def client_of(actor: str, path: str) -> Client:
    """How the actor comes to an address: with a token over REST, with a session to a page."""
    client = Client(raise_request_exception=False)
    if path.startswith("/api/") or actor not in LOGINS:
        secret = SECRETS.get(actor)
        return Client(
            raise_request_exception=False, headers={"Authorization": f"Bearer {secret}"} if secret else {}
        )
    person = Membership.objects.get(user__username=LOGINS[actor]).user
    client.force_login(person)
    if actor == "closed":
        person.is_active = False
        person.save()
    return client


def _logged_in(person: Any) -> Client:
    client = Client()
    client.force_login(person)
    return client


def addresses(house: House, path: str) -> list[str]:
    """The real addresses of a route, with Alice's records in their places."""
    if "<kind>" in path:
        return [path.replace("<kind>", kind.slug) for kind in logbook.kinds()]
    filled = path.replace("\\", "")
    for name, value in _values(house, path).items():
        filled = filled.replace(f"<{name}>", str(value))
    return [filled + _query(house, path)]


def _values(house: House, path: str) -> dict[str, Any]:
    part = path.removeprefix("/api/v1").split("/")[1]
    samples = house.samples
    is_run = part in ("carbonization-runs", "furnace-runs")
    if part == "places":
        hole = house.keys["places"]
        return {"code": Place(pk=hole).code, "pk": hole}
    return {
        "code": house.run.code if is_run else samples.get(part, samples["samples"]).code,
        "pk": house.keys.get(part, 1),
        "slug": house.project.slug,
        "what": "furnace-run",
        "member": house.member,
        "key": "sticks"
        if "shipped" in path
        else "widths"
        if part == "library"
        else house.alarm
        if part == "alarms"
        else house.chart_keys.get(f"/{part}/", "none"),
        "form": "csv" if "table" in path or "template" in path else "json",
        "many": "lot",
        "method": "cycling",
        "name": "shown",
        "run": house.measurement.analyses.get(method="cycling").pk,
    }


def _needs(house: House) -> str:
    version = house.project.protocols.get().versions.last()
    assert version is not None
    return f"?protocol={version.pk}"


def _restored(house: House) -> str:
    return f"?version=carbonizationrun.{event_log.latest(CarbonizationRun, house.run.pk)['CarbonizationRun']}"


QUERIES: tuple[tuple[str, Callable[[House], str]], ...] = (
    (
        r"/series(/|\.json)$",
        lambda house: f"?x=time_s&y=voltage_V&key={house.chart_keys.get('/measurements/', '')}",
    ),
    (r"^/library/shipped/", lambda house: "?kind=phases&name=Graphite+2H"),
    (r"^/overlay/", lambda house: f"?measurements={house.measurement.pk}"),
    (r"^/cells/compare/", lambda house: f"?cells={house.samples['cells'].code}"),
    (r"^/labels/sheet", lambda house: f"?codes={house.samples['samples'].code}"),
    (r"/restore/$", _restored),
    (r"^/needs/$", _needs),
    (r"^/files/states/$", lambda house: f"?id={house.file.pk}"),
)
"""What an address asks for behind its question mark; it is looked up only where the path fits."""


def _query(house: House, path: str) -> str:
    return next((query(house) for fits, query in QUERIES if re.search(fits, path)), "")


def send(client: Client, method: str, address: str, house: House) -> Any:
    """The request; over REST it names Alice's project, so that a stranger is seen to be turned away from it."""
    if method == "GET":
        return client.get(address)
    if address in ("/api/v1/files/", "/files/upload/"):
        project = house.project.slug if address.startswith("/api/") else house.project.pk
        return client.post(address, {"project": project, "file": SimpleUploadedFile("a.xy", files.xy(50))})
    if address.startswith("/api/v1/uploads/"):
        return client.generic(
            method, address, b"{}", tus.CONTENT_TYPE, headers=tus.headers(house.project.slug)
        )
    if address.startswith("/api/"):
        body = orjson.dumps({"project": house.project.slug, "instrument": house.instrument.name})
        return client.generic(method, address, body, content_type="application/json")
    return client.post(address, {"project": house.project.pk})
