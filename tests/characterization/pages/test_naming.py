"""A table that nobody knows waits, its columns are named once, and files like it are read at once."""

from __future__ import annotations

import numpy as np
import polars as pl
import pytest

from characterization import blobs
from characterization.models import ColumnMapping, Job, JobState, Measurement, RawFile

pytestmark = pytest.mark.django_db
RAMAN = {"column_0": "raman_shift_per_cm|cm⁻¹", "column_1": "intensity_counts|counts", "laser_nm": "532"}


def table(titles: str = "axis;signal", seed: int = 1) -> bytes:
    """Sixty rows, falling from 1800: nothing in it says what it is."""
    x = np.linspace(1800, 1000, 60)
    y = 100 + 50 * np.random.default_rng(seed).random(60)
    rows = "".join(f"{a:.2f};{b:.3f}\n" for a, b in zip(x, y, strict=True))
    return (f"{titles}\n{rows}" if titles else rows).encode()


def waiting(lab, name: str = "export.csv", content: bytes | None = None) -> RawFile:
    file = lab.file(name, table() if content is None else content)
    assert file.job.state == JobState.NEEDS_MAPPING, (file.job.state, file.job.error_message)
    return file  # type: ignore[no-any-return]


def name(lab, file: RawFile, technique: str = "raman", **body: str):
    sent = body or RAMAN
    answer = lab.client(lab.bob).post(f"/files/{file.pk}/columns/?technique={technique}", sent)
    if answer.status_code == 302:
        lab.reread(file)
    return answer


def state(file: RawFile) -> str:
    return Job.objects.get(file=file).state


def test_the_page_shows_the_first_lines_and_a_choice_for_each_column(lab):
    file = waiting(lab)
    assert f"/files/{file.pk}/columns/" in lab.client(lab.bob).get(f"/files/{file.pk}/").content.decode()
    page = lab.client(lab.bob).get(f"/files/{file.pk}/columns/?technique=raman").content.decode()
    assert "1800.00;" in page and "Raman shift (cm⁻¹)" in page and "Laser line (nm)" in page
    assert lab.client(lab.vera).get(f"/files/{file.pk}/columns/").status_code == 403
    assert lab.client(lab.charlie).get(f"/files/{file.pk}/columns/").status_code == 404


def test_the_file_is_read_as_named_with_its_units_and_what_was_told(lab):
    file = waiting(lab)
    assert name(lab, file).status_code == 302
    found = Measurement.objects.get(file=file)
    assert (found.technique, found.rows, found.meta["laser_nm"]) == ("raman", 60, 532.0)
    assert (found.reader_name, found.reader_version) == ("named_columns", "1.0/1")
    kept = pl.read_parquet(blobs.path_of(found.table_sha256))
    assert kept["raman_shift_per_cm"].to_list() == sorted(kept["raman_shift_per_cm"].to_list())
    assert found.meta["named_columns"]["axis"] == "raman_shift_per_cm from cm⁻¹"


def test_the_answer_is_remembered_for_files_like_it_and_holds_for_those_that_wait(lab):
    first, second = waiting(lab), waiting(lab, "other.csv", table(seed=2))
    name(lab, first)
    assert state(second) == JobState.RECEIVED
    third = lab.file("third.csv", table("Axis;Signal", seed=3))
    assert third.job.state == JobState.UNMATCHED
    assert Measurement.objects.get(file=third).reader_name == "named_columns"
    assert waiting(lab, "different.csv", table("axis;height")).job.columns == ["axis", "height"]


def test_a_table_without_titles_is_named_for_itself_alone(lab):
    file = waiting(lab, content=table(""))
    name(lab, file)
    assert Measurement.objects.get(file=file).technique == "raman"
    waiting(lab, "bare.csv", table("", seed=5))


def test_units_are_turned_into_ours(lab):
    file = waiting(lab, content=table("x;y"))
    name(lab, file, "xanes", column_0="energy_eV|keV", column_1="absorption_au|a. u.", element="Ni", edge="K")
    found = Measurement.objects.get(file=file)
    kept = pl.read_parquet(blobs.path_of(found.table_sha256))
    assert (kept["energy_eV"].min(), kept["energy_eV"].max()) == pytest.approx((1e6, 1.8e6))
    assert (found.meta["element"], found.meta["edge"]) == ("Ni", "K")


def test_renaming_makes_a_new_version_and_keeps_what_was_read_before(lab):
    file = waiting(lab)
    name(lab, file)
    name(lab, file, "ftir", column_0="wavenumber_per_cm|cm⁻¹", column_1="absorbance|–")
    present = Measurement.objects.get(file=file, current=True)
    assert (present.technique, present.reader_version) == ("ftir", "1.0/2")
    assert Measurement.objects.get(file=file, current=False).technique == "raman"
    assert ColumnMapping.objects.get().version == 2


@pytest.mark.parametrize(
    ("body", "words"),
    [
        ({"column_0": "raman_shift_per_cm|cm⁻¹"}, "No column is Intensity."),
        ({**RAMAN, "column_1": "raman_shift_per_cm|cm⁻¹"}, "Another column is this quantity already."),
        ({**RAMAN, "column_1": "intensity_counts|furlong"}, "There is no such quantity with this unit here."),
        ({**RAMAN, "laser_nm": "5"}, "A number from 100 to 3000 is expected."),
    ],
)
def test_a_naming_that_cannot_be_is_told_beside_its_field_and_nothing_is_kept(lab, body, words):
    file = waiting(lab)
    answer = name(lab, file, **body)
    assert (answer.status_code, words in answer.content.decode()) == (422, True)
    assert not ColumnMapping.objects.exists()


def test_scripts_name_columns_the_same_way(lab):
    file = waiting(lab)
    address, client = f"/api/v1/files/{file.pk}/columns/", lab.client(lab.bob)
    assert client.get(address).json()["titles"] == ["axis", "signal"]
    body = {"technique": "raman", "columns": [["raman_shift_per_cm", "cm⁻¹"], None]}
    wrong = client.post(address, body, content_type="application/json")
    assert wrong.status_code in (400, 422) and "No column is Intensity." in wrong.content.decode()
    body["columns"][1] = ["intensity_counts", "counts"]  # type: ignore[index]
    right = client.post(address, body, content_type="application/json")
    assert (right.status_code, right.json()["version"]) == (202, 1)
    lab.reread(file)
    found = Measurement.objects.get(file=file)
    assert "Laser line" in str(found.flags)
    assert lab.client(lab.vera).post(address, body, content_type="application/json").status_code == 403


def test_a_file_whose_columns_are_known_has_nothing_to_name(lab):
    file = lab.file()
    assert lab.client(lab.bob).get(f"/files/{file.pk}/columns/").status_code == 400
