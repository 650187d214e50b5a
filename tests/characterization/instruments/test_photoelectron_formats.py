"""Photoelectron files of SPECS, Scienta, PHI, Thermo, CasaXPS and as plain tables."""

from collections.abc import Callable
from datetime import UTC, datetime

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments import registry
from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile
from characterization.instruments.formats import (
    avantage_vgd,
    avantage_xlsx,
    casaxps_report,
    casaxps_txt,
    phi_spe,
    scienta_ibw,
    scienta_txt,
    specs_xml,
    specs_xy,
    vamas,
    xps_text,
)
from characterization.instruments.photoelectrons import region_name
from tests.characterization.instruments import written_xps as written
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, largest, outcome
from tests.characterization.instruments.written_xps import COUNTS, ENERGIES
from tests.corpus import corpus

WHOLE: dict[str, tuple[Reader, bytes]] = {
    "a.xy": (specs_xy.READER, written.specs_xy(scans=2).encode()),
    "a.xml": (specs_xml.READER, written.specs_xml().encode()),
    "scienta.txt": (scienta_txt.READER, written.scienta_txt().encode()),
    "a.ibw": (scienta_ibw.READER, written.igor_wave()),
    "a.spe": (phi_spe.READER, written.phi()),
    "casa.txt": (casaxps_txt.READER, written.casa_txt(fitted=True).encode()),
    "report.csv": (casaxps_report.READER, written.CASA_REPORT.encode()),
    "C1s.csv": (xps_text.READER, written.table("BE/eV,Counts").encode()),
    "a.xlsx": (avantage_xlsx.READER, written.avantage()),
}
SPECTRA = sorted(set(WHOLE) - {"report.csv"})


def read(reader: Reader, raw: bytes | str, name: str) -> list[Recording]:
    found = outcome(reader, raw if isinstance(raw, bytes) else raw.encode(), name)
    assert isinstance(found, list), found
    return found


@pytest.mark.parametrize("name", WHOLE)
def test_the_registry_gives_each_file_to_its_reader(tmp_path, name):
    reader, raw = WHOLE[name]
    path = tmp_path / "stored"
    path.write_bytes(raw)
    assert registry.read(path, name).reader.name == reader.name


@pytest.mark.parametrize("name", SPECTRA)
def test_every_vendor_gives_the_same_line_at_the_same_energy(name):
    found = read(*WHOLE[name], name)[0]
    table = found.table.sort(
        "intensity_cps" if "intensity_cps" in found.table.columns else "intensity_counts"
    )
    assert found.technique == Technique.XPS
    assert table["region"].unique().to_list() == ["C 1s"]
    assert table["binding_energy_eV"][-1] == pytest.approx(285.0, abs=1e-6)
    assert table.height == len(ENERGIES)


@pytest.mark.parametrize("name", WHOLE)
@settings(max_examples=300, deadline=None)
@given(data=st.data())
def test_damage_gives_a_table_or_a_named_fault(name, data):
    reader, raw = WHOLE[name]
    keeps_its_promise(reader, data.draw(damaged(raw)), name)


@pytest.mark.parametrize(
    "name", [name for name in SPECTRA if name not in ("casa.txt", "C1s.csv", "scienta.txt")]
)
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_a_cut_file_with_a_stated_size_is_never_read_as_whole(name, data):
    reader, raw = WHOLE[name]
    keep = data.draw(st.integers(1, len(raw.rstrip()) - 1))
    found = outcome(reader, raw[:keep], name)
    assert isinstance(found, UnreadableFile) or found[0].flags or found[0].table.height == len(ENERGIES)
    assert isinstance(found, UnreadableFile) or found[0].table.height == len(ENERGIES)


@pytest.mark.parametrize("name", ["casa.txt", "C1s.csv", "a.xy", "scienta.txt"])
def test_text_in_other_encodings_and_line_ends_is_read_alike(name):
    reader, raw = WHOLE[name]
    plain = read(reader, raw, name)[0].table
    for other in (raw.replace(b"\n", b"\r\n"), b"\xef\xbb\xbf" + raw, raw.decode().encode("utf-16")):
        assert read(reader, other, name)[0].table.equals(plain)


def test_scans_of_a_rate_are_averaged_and_counted():
    found = read(specs_xy.READER, written.specs_xy(scans=2), "a.xy")[0]
    assert found.table["intensity_cps"].to_list() == pytest.approx([count + 5 for count in COUNTS], abs=1e-3)
    assert found.meta["regions"][0]["scans"] == 2
    assert found.started_at == datetime(2023, 8, 24, 14, 19, 47, tzinfo=UTC)


@pytest.mark.parametrize(
    ("reader", "raw"),
    [
        (specs_xy.READER, written.specs_xy(axis="Kinetic Energy", excitation="")),
        (xps_text.READER, written.table("Kinetic Energy (eV),Counts")),
    ],
)
def test_kinetic_energies_without_an_excitation_energy_stay_kinetic(reader, raw):
    found = read(reader, raw, "C1s.csv")[0]
    assert found.table["binding_energy_eV"].null_count() == len(ENERGIES)
    assert found.table["kinetic_energy_eV"].to_list() == pytest.approx(ENERGIES)
    assert "excitation_energy_missing" in {flag.code for flag in found.flags}


def test_an_excitation_energy_in_the_header_turns_kinetic_energies():
    raw = "Excitation energy: 1486.6 eV\n" + written.table("Kinetic Energy (eV),Counts")
    assert read(xps_text.READER, raw, "C1s.csv")[0].table["binding_energy_eV"][0] == pytest.approx(1196.6)


@pytest.mark.parametrize(
    ("titles", "column"),
    [
        ("Binding Energy (eV);Counts", "intensity_counts"),
        ("Bindungsenergie / eV;Counts/s", "intensity_cps"),
        ("结合能 (eV);CPS", "intensity_cps"),
        ("B.E. (eV);计数", "intensity_counts"),
    ],
)
def test_titles_in_other_languages_and_decimal_commas_are_understood(titles, column):
    found = read(xps_text.READER, written.table(titles, ";", ","), "sample C1s.txt")[0]
    assert found.table.columns == ["region", "block", "binding_energy_eV", column]
    assert found.table["region"][0] == "C 1s"


def test_fitted_curves_are_left_out_and_named():
    rows = "\n".join(f"{energy},{count},90,{count}" for energy, count in zip(ENERGIES, COUNTS, strict=True))
    found = read(xps_text.READER, f"Binding Energy (eV),Raw counts,Background,Envelope\n{rows}\n", "a.csv")[0]
    assert found.table.height == len(ENERGIES)
    assert found.flags[0].message == "Left out are the columns Background, Envelope."


def test_two_regions_beside_each_other_have_their_own_energies():
    rows = "\n".join(
        f"{energy},{count},{energy + 245},5" for energy, count in zip(ENERGIES, COUNTS, strict=True)
    )
    found = read(xps_text.READER, f"BE (eV),C1s CPS,BE (eV),O1s CPS\n{rows}\n", "a.csv")[0]
    assert found.table.group_by("region", maintain_order=True).first()["binding_energy_eV"].to_list() == [
        290,
        535,
    ]


def test_detectors_are_brought_to_one_axis():
    summed = read(specs_xml.READER, written.specs_xml(), "a.xml")[0]
    alone = read(specs_xml.READER, written.specs_xml((0.0,)), "a.xml")[0]
    assert summed.table["intensity_counts"].to_list() == [
        3 * value for value in alone.table["intensity_counts"]
    ]
    assert summed.meta["regions"][0]["scans"] == 2


def test_declarations_of_entities_are_hostile():
    raw = written.specs_xml().replace("<!ELEMENT any (any|struct)?>", '<!ENTITY a "b">')
    assert code_of(specs_xml.READER, raw.encode(), "a.xml") == "hostile"


def test_detectors_in_another_mode_are_refused():
    raw = written.specs_xml(mode="FixedRetardingRatio").encode()
    assert code_of(specs_xml.READER, raw, "a.xml") == "unsupported"


def test_igor_waves_of_either_byte_order_are_read():
    little, big = (
        read(scienta_ibw.READER, written.igor_wave(order=order), "a.ibw")[0].table for order in "<>"
    )
    assert little.equals(big)


def test_an_igor_wave_over_something_else_is_refused():
    raw = written.igor_wave(axis="time [s]         ")
    assert code_of(scienta_ibw.READER, raw, "a.ibw") == "unsupported"


def test_the_levels_of_a_profile_are_blocks_of_their_own():
    found = read(phi_spe.READER, written.phi(levels=3, kind="DEPTHPRO"), "a.pro")[0]
    assert [entry["level"] for entry in found.meta["regions"]] == [1, 2, 3]
    assert found.table.height == 3 * len(ENERGIES)


@pytest.mark.parametrize(
    ("raw", "code"), [(written.phi(kind="MAP"), "unsupported"), (written.phi(points=20), "damaged")]
)
def test_maps_of_phi_and_numbers_that_disagree_are_refused(raw, code):
    assert code_of(phi_spe.READER, raw, "a.spe") == code


def test_components_of_casaxps_are_kept():
    entry = read(casaxps_txt.READER, written.casa_txt(fitted=True), "casa.txt")[0].meta["regions"][0]
    assert entry["components"] == [
        {"name": "C-C", "position_eV": 284.8},
        {"name": "C-O", "position_eV": 286.3},
    ]
    assert entry["excitation_energy_eV"] == 1486.6


def test_components_of_avantage_have_their_printed_figures_and_curves():
    spectra, curves = read(*WHOLE["a.xlsx"], "a.xlsx")
    assert [part["name"] for part in spectra.meta["regions"][0]["components"]] == [
        "C1s C-C, C-H sp3",
        "C1s C-O",
    ]
    assert (curves.part, curves.technique) == ("components", Technique.OTHER)
    assert curves.table["component"].unique(maintain_order=True).to_list() == ["C1s C-C, C-H", "C1s C-O"]
    assert curves.table["binding_energy_eV"].max() == 287.5
    assert spectra.title == "CCA-7"


def test_a_sheet_with_fewer_rows_than_it_declares_is_cut():
    assert code_of(avantage_xlsx.READER, written.avantage(rows=18), "a.xlsx") == "truncated"


def test_a_report_of_casaxps_is_a_table_of_printed_results():
    found = read(casaxps_report.READER, written.CASA_REPORT, "report.csv")[0]
    assert (found.technique, found.part) == (Technique.OTHER, "printed results")
    assert found.table["atomic_percent"].to_list() == [60, 40]
    assert found.sample_hints == ("CCA-7",)


def test_avantages_own_file_is_refused_with_what_to_do(tmp_path):
    path = tmp_path / "stored"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2000))
    with pytest.raises(UnreadableFile) as caught:
        registry.read(path, "C1s Scan.VGD")
    assert caught.value.code == "unsupported"
    assert caught.value.hint == "Export xlsx or vms from Avantage."
    assert avantage_vgd.READER.sniff(b"", "scan.vgd") == 2


@pytest.mark.parametrize(
    ("label", "name"),
    [("C1s Scan", "C 1s"), ("Su1s", "Survey"), ("XPS Survey", "Survey"), ("Mo3d", "Mo 3d"), ("Ni2p3/2", "Ni 2p 3/2"),
     ("CKLL Scan", "C KLL"), ("2 C1s", "C 1s"), ("valence band", "valence band"), ("", "region")],
)  # fmt: skip
def test_regions_have_one_name_whoever_wrote_it(label, name):
    assert region_name(label) == name


FILES: dict[str, tuple[Callable[[], Reader], list[int]]] = {
    "Hard_carbon_Thermo.xlsx": (lambda: avantage_xlsx.READER, [2721, 151, 171, 191, 501]),
    "In-situ_PBTTT_XPS_SPECS.xml": (lambda: specs_xml.READER, [1403, 201, 281]),
    "MgFe2O4_small.xy": (lambda: specs_xy.READER, [1351, 56]),
    "SnO2_10nm.spe": (lambda: phi_spe.READER, [1751]),
    "Cu-HHTP_0002.txt": (lambda: scienta_txt.READER, [301]),
    "Cu-HHTP_0002Cu-HHTP__002.ibw": (lambda: scienta_ibw.READER, [301]),
    "vms_txt_export.txt": (lambda: casaxps_txt.READER, [1201, 501, 1201, 501]),
    "PET_C1s.csv": (lambda: xps_text.READER, [401]),
}


@pytest.mark.corpus
@pytest.mark.parametrize("name", FILES)
def test_real_files_have_their_regions(name):
    """Points as the files declare them, or as their lines count."""
    path = corpus(f"characterization/xps/{name}")
    reader, points = FILES[name]
    found = registry.read(path, name)
    assert found.reader.name == reader().name
    assert [entry["points"] for entry in found.recordings[0].meta["regions"]] == points
    assert (
        found.recordings[0].table.select(pl.all().null_count()).row(0)
        == (0,) * found.recordings[0].table.width
    )


@pytest.mark.corpus
def test_text_and_wave_of_one_measurement_are_equal():
    """Two exports of Scienta; the text has 15 digits."""
    text = scienta_txt.READER.read(corpus("characterization/xps/Cu-HHTP_0002.txt"))[0].table
    wave = scienta_ibw.READER.read(corpus("characterization/xps/Cu-HHTP_0002Cu-HHTP__002.ibw"))[0].table
    assert largest(text["intensity_counts"] / wave["intensity_counts"] - 1) < 1e-13
    assert largest(text["binding_energy_eV"] - wave["binding_energy_eV"]) < 1e-6


@pytest.mark.corpus
def test_the_survey_of_specs_text_equals_its_vamas_export():
    """One survey as xy and as irregular.vms, the latter printed to six digits."""
    text = specs_xy.READER.read(corpus("characterization/xps/MgFe2O4_small.xy"))[0].table.filter(block=1)
    block = vamas.READER.read(corpus("characterization/xps/irregular.vms"))[0].table
    assert largest(text["intensity_cps"] / block["intensity_cps"] - 1) < 5e-5
    assert largest(text["binding_energy_eV"] - block["binding_energy_eV"]) < 1e-6


@pytest.mark.corpus
def test_casaxps_energies_and_rates_agree_with_the_kinetic_ones_beside_them():
    path = corpus("characterization/xps/vms_txt_export.txt")
    found = casaxps_txt.READER.read(path)[0]
    lines = [line.split("\t") for line in path.read_text().splitlines() if line[:1].isdigit()]
    kinetic = pl.Series([float(cells[0]) for cells in lines])
    assert largest(1486.61 - kinetic - found.table["binding_energy_eV"]) < 2e-3
    seconds = {entry["block"]: entry["dwell_s"] for entry in found.meta["regions"]}
    counts = found.table["intensity_cps"] * found.table["block"].replace_strict(seconds)
    assert largest(counts / pl.Series([float(cells[1]) for cells in lines]) - 1) < 1e-6


@pytest.mark.corpus
def test_detectors_of_a_real_analyser_line_up():
    """C 1s of five detectors: brought to one axis they add up, else they do not."""
    table = specs_xml.READER.read(corpus("characterization/xps/In-situ_PBTTT_XPS_SPECS.xml"))[0].table
    carbon = table.filter(region="C 1s")
    height = float(carbon["intensity_counts"].to_numpy().max())
    position = carbon["binding_energy_eV"][int(carbon["intensity_counts"].to_numpy().argmax())]
    assert height > 11_000  # the five detectors' own maxima add up to 11,5xx; without the shifts 3,8xx remain
    assert 284 < position < 286


@pytest.mark.corpus
def test_the_tin_line_of_phi_has_its_height():
    """Fact: maximum 417658 c/s at 485.6 eV (Sn 3d5/2)."""
    table = phi_spe.READER.read(corpus("characterization/xps/SnO2_10nm.spe"))[0].table
    top = table.row(int(table["intensity_cps"].to_numpy().argmax()), named=True)
    assert top["intensity_cps"] == pytest.approx(417658, abs=1)
    assert top["binding_energy_eV"] == pytest.approx(485.6, abs=1e-6)


AREAS = {"C1s C-C": 14670.27, "C1s C-O-C": 3542.50, "C1s C=O": 1291.44, "C1s Shake up": 9282.29}


@pytest.mark.corpus
def test_avantages_envelope_is_the_background_and_its_components():
    """T10: to 2.6e-6 of the maximum; areas as printed, but for sp2, whose tail lies outside the window (-0.3 %)."""
    curves = avantage_xlsx.READER.read(corpus("characterization/xps/Hard_carbon_Thermo.xlsx"))[1].table
    carbon = curves.filter(region="C 1s").with_columns(net=pl.col("component_cps") - pl.col("background_cps"))
    points = carbon.group_by("binding_energy_eV").agg(
        pl.col("net").sum(), pl.col("background_cps", "envelope_cps").first()
    )
    residual = points["background_cps"] + points["net"] - points["envelope_cps"]
    assert largest(residual) / largest(points["envelope_cps"]) < 2.7e-6
    areas = {
        name: -float(np.trapezoid(part["net"].to_numpy(), part["binding_energy_eV"].to_numpy()))
        for (name,), part in carbon.group_by("component")
    }
    for name, printed in AREAS.items():
        assert areas[str(name)] == pytest.approx(printed, rel=2e-4)
    assert areas["C1s sp2 C"] == pytest.approx(133358.13, rel=4e-3)


@pytest.mark.corpus
def test_the_report_of_casaxps_is_kept_as_printed():
    """T11."""
    found = casaxps_report.READER.read(corpus("characterization/xps/FeO_analyzed_results.csv"))[0].table
    assert found["position_eV"].to_list() == [709.03, 715.73, 722.18, 730.22]
    assert found["raw_area"].to_list() == [63400.62, 29867.34, 42839.74, 15954.51]
    assert found["atomic_percent"].to_list() == [41.89, 19.65, 28.06, 10.40]
