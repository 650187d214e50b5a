"""Rigaku RAS and RASX: several scans, the attenuator's factor, and containers that are not what they seem."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Reader, Recording, UnreadableFile
from characterization.instruments.formats.rigaku_ras import READER as RAS
from characterization.instruments.formats.rigaku_rasx import READER as RASX
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.characterization.instruments.written_diffraction import ras, rasx, zipped
from tests.corpus import corpus

COUNTS = [float(100 + step % 7) for step in range(40)]
ONES = [1.0] * 40
FACTORS = [1.0] * 10 + [10.0] * 5 + [1.0] * 25
TWO = [(10.0, 0.02, COUNTS, FACTORS), (30.0, 0.01, COUNTS[:25], ONES[:25])]
TEXT, ZIP = ras(TWO).encode("cp932"), rasx(TWO)
BOTH = pytest.mark.parametrize(("reader", "raw", "name"), [(RAS, TEXT, "scan.ras"), (RASX, ZIP, "scan.rasx")])


def read(reader: Reader, raw: bytes, name: str) -> list[Recording]:
    found = outcome(reader, raw, name)
    assert isinstance(found, list), found
    return found


def complaint(reader: Reader, raw: bytes, name: str) -> UnreadableFile:
    found = outcome(reader, raw, name)
    assert isinstance(found, UnreadableFile), found
    return found


@BOTH
def test_each_scan_is_a_recording(reader: Reader, raw: bytes, name: str):
    first, second = read(reader, raw, name)
    assert [first.part, second.part] == ["scan 1", "scan 2"]
    assert second.table["intensity_counts"].to_list() == COUNTS[:25]
    assert second.table["two_theta_deg"][-1] == pytest.approx(30.24)


@BOTH
def test_intensities_are_multiplied_by_the_attenuators_factor(reader: Reader, raw: bytes, name: str):
    first, second = read(reader, raw, name)
    expected = [count * factor for count, factor in zip(COUNTS, FACTORS, strict=True)]
    assert first.table["intensity_counts"].to_list() == expected
    assert first.table["attenuation_factor"].to_list() == FACTORS
    assert first.flags[0].message.startswith("An attenuator stood in the beam at 5 of 40 points")
    assert "attenuation_factor" not in second.table.columns


@BOTH
def test_it_says_what_the_file_says_of_itself(reader: Reader, raw: bytes, name: str):
    recording = read(reader, raw, name)[0]
    assert recording.meta["wavelength_angstrom"] == 1.540593
    assert recording.meta["anode"] == "Cu"
    assert recording.meta["counting_time_s"] == pytest.approx(0.1)
    assert recording.sample_hints[0].startswith("CCA-7")


def test_the_text_has_no_zone_and_the_container_has_one():
    assert read(RAS, TEXT, "scan.ras")[0].started_at == datetime(2026, 3, 1, 9, 30)
    assert read(RASX, ZIP, "scan.rasx")[0].started_at == datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def test_japanese_texts_are_read():
    assert read(RAS, TEXT, "scan.ras")[0].meta["sample_name"] == "CCA-7 試料"


def test_counts_per_second_are_told_apart():
    assert "intensity_cps" in read(RAS, ras(TWO, unit="cps").encode(), "scan.ras")[0].table.columns


def test_a_rocking_curve_is_refused_and_beside_patterns_left_out():
    for reader, write in (
        (RAS, lambda axis: ras(TWO, axis=axis).encode()),
        (RASX, lambda axis: rasx(TWO, axis=axis)),
    ):
        assert "goes along Omega" in complaint(reader, write("Omega"), "scan.dat").message
        (only,) = read(reader, write(["TwoThetaOmega", "Phi"]), "scan.dat")
        assert only.flags[-1].code == "scans_not_read"


def test_positions_of_omega_are_not_taken_for_two_theta():
    assert complaint(RASX, rasx(TWO, axis="OmegaTwoTheta"), "scan.rasx").code == "unsupported"


def test_a_cut_text_says_how_many_points_arrived():
    cut = TEXT[: TEXT.rindex(b"30.1000")]
    assert (
        complaint(RAS, cut, "scan.ras").message
        == "scan.ras ends in the middle of scan 2, after 10 of 25 points."
    )


def test_a_text_that_lost_a_line_is_missed():
    assert (
        "24 of 25 points"
        in complaint(RAS, TEXT.replace(b"30.1000 103.0000 1.0000\r\n", b""), "s.ras").message
    )


def test_a_container_with_fewer_points_than_stated_is_cut():
    assert complaint(RASX, rasx(TWO[:1], stated=50), "scan.rasx").message == (
        "scan.rasx ends in Data0/Profile0.txt after 40 of 50 points."
    )


def test_a_container_of_pictures_is_refused_with_what_to_do():
    error = complaint(RASX, zipped({"Data0/Image0.bin": b"12", "root.xml": "<Root/>"}), "scan.rasx")
    assert (error.code, "SmartLab" in error.hint) == ("unsupported", True)


def test_a_zip_bomb_is_not_unpacked():
    assert (
        complaint(RASX, zipped({"Data0/Profile0.txt": bytes(200 * 1024**2)}), "scan.rasx").code == "hostile"
    )


def test_entities_are_hostile():
    bomb = '<!DOCTYPE x [<!ENTITY a "aaaa"><!ENTITY b "&a;&a;">]><MeasurementConditions/>'
    members = {"Data0/Profile0.txt": "1\t2\t1\n2\t3\t1\n", "Data0/MesurementConditions0.xml": bomb}
    assert complaint(RASX, zipped(members), "scan.rasx").code == "hostile"


@BOTH
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damage_gives_a_table_or_a_named_fault(reader: Reader, raw: bytes, name: str, data: st.DataObject):
    keeps_its_promise(reader, data.draw(damaged(raw)), name)


@BOTH
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_cut_file_is_never_read_as_a_whole_one(reader: Reader, raw: bytes, name: str, data: st.DataObject):
    keep = data.draw(st.integers(1, len(raw.rstrip()) - 1))
    assert code_of(reader, raw[:keep], name) != "read"


KNOWN = {
    "inas_layer_radial_002_004.ras": [(1501, 26.5, 32.5), (2501, 56.0, 66.0)],
    "TwoTheta_scan_powder.rasx": [(2726, 10.0, 119.0)],
    "JO_KL_16_ZF_3_60deg_0.02step_12degpermin_001.rasx": [(2851, 3.0, 60.0)],
}


@pytest.mark.corpus
@pytest.mark.parametrize(("name", "known"), KNOWN.items())
def test_real_scans_have_their_known_points(name: str, known: list[tuple[int, float, float]]):
    reader = RAS if name.endswith(".ras") else RASX
    tables = [recording.table for recording in reader.read(corpus(f"characterization/xrd/{name}"))]
    assert [(t.height, t["two_theta_deg"][0], t["two_theta_deg"][-1]) for t in tables] == known
