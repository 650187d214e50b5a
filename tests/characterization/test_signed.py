"""What a signature holds of files and findings, and how what came later is told from what was changed."""

from __future__ import annotations

import pytest

from characterization import ingest
from characterization.models import Finding, RawFile
from synthesis import reviews, verification
from synthesis.models import Role
from tests.characterization import files
from tests.factories import PASSWORD, ProjectFactory, additive, member

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def own_store(settings, tmp_path):
    settings.LABSYS_BLOBS = tmp_path / "blobs"


def test_a_signature_holds_the_hash_of_every_file_and_every_finding():
    project = ProjectFactory()
    bob = member(project, Role.EDITOR, username="bob")
    lot = additive(project)
    raw = files.deliver(project, "scan.xy", sample=lot)
    ingest.ingest(raw.job.pk)
    signature = reviews.sign(lot, "performed", bob, PASSWORD)
    held = signature.content["more"]
    assert list(held["files"].values()) == [RawFile.objects.get().sha256]
    assert len(held["findings"]) == Finding.objects.filter(analysis__measurement__sample=lot).count()


def test_a_file_that_comes_later_leaves_the_signature_valid_and_one_that_goes_does_not():
    project = ProjectFactory()
    bob = member(project, Role.EDITOR, username="bob")
    lot = additive(project)
    raw = files.deliver(project, "scan.xy", sample=lot)
    reviews.sign(lot, "performed", bob, PASSWORD)
    files.deliver(project, "other.xy", files.xy(60), sample=lot)
    (checked,) = verification.check(lot, bob)
    assert (checked.valid, checked.added) == (True, 1)
    RawFile.objects.filter(pk=raw.pk).update(sample=None)
    (checked,) = verification.check(lot, bob)
    assert not checked.valid
    assert "scan.xy" in checked.verdict
