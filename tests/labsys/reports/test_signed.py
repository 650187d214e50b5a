"""Signatures on paper: who, as what, when, with which hash, and whether the record still is what was signed."""

from __future__ import annotations

import pytest

from labsys.reports import document, gather
from synthesis import changes, furnace, ledger, reviews
from synthesis.models import CarbonizationRun, NanospongeBatch, Role, Signature
from synthesis.units import parse
from tests.factories import PASSWORD, ProjectFactory, member, sponge

pytestmark = pytest.mark.django_db


def test_a_report_of_a_signed_sample_prints_its_signatures_and_those_of_its_run():
    project = ProjectFactory()
    bob = member(project, Role.EDITOR, first_name="Bob", last_name="Sponge")
    load = furnace.BoatLoad(sponge(project), parse("3 g", "g"), parse("0.9 g", "g"), "NPCs")
    run = furnace.record_run(CarbonizationRun(project=project), [], [load], bob)
    additive = run.boats.get().additive
    reviews.sign(run, "performed", bob, PASSWORD)
    reviews.sign(additive, "performed", bob, PASSWORD, "dry and black")
    found = gather.gather(additive, bob)
    report = found.report
    assert report.signed.startswith("signed by Bob Sponge, ")
    assert [line.code for line in report.signatures] == [run.code, additive.code]
    assert [line.sha256 for line in report.signatures] == list(
        Signature.objects.order_by("pk").values_list("sha256", flat=True)
    )
    assert report.signatures[1].remark == "dry and black The record is as it was signed."
    assert all(line.holds for line in report.signatures)
    assert document.pdf(report, [], found.as_of).startswith(b"%PDF")


def test_a_report_says_that_the_review_was_opened_again_and_what_differs():
    project = ProjectFactory()
    bob = member(project, Role.EDITOR, username="bob")
    batch = ledger.record(NanospongeBatch(project=project, note="milky"), parse("1 g", "g"), [], bob)
    reviews.sign(batch, "performed", bob, PASSWORD)
    reviews.reopen(batch, bob, PASSWORD, "a typo")
    changes.apply(NanospongeBatch.objects.get(pk=batch.pk), {}, {"note": "clear"}, bob)
    report = gather.gather(batch, bob).report
    assert report.signed.startswith("review opened again by bob, ")
    assert report.signed.endswith(": a typo")
    assert not report.signatures[0].holds
    assert "differs in: note" in report.signatures[0].remark


def test_a_report_of_an_unsigned_sample_says_so():
    project = ProjectFactory()
    report = gather.gather(sponge(project), member(project, Role.VIEWER)).report
    assert (report.signed, report.signatures) == ("not signed", [])
