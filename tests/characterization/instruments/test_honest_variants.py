"""Files as other instruments, languages and programs write them: the same numbers, or a sentence."""

from pathlib import Path

import pytest

from characterization.instruments import registry
from characterization.instruments.base import Recording, UnreadableFile, decode
from characterization.instruments.textual import unify
from tests.characterization.instruments.written import vamas, vamas_block, xrdml

COUNTS = [100 + step % 7 for step in range(40)]
XRD = [(10 + 0.02 * step, count) for step, count in enumerate(COUNTS)]


def table(
    *titles: str, sep: str = ",", dec: str = ".", more: tuple[str, ...] = (), start: float = 10.0
) -> str:
    rows = (sep.join([f"{start + 0.02 * at:.4f}", f"{count}.00", *more]) for at, count in enumerate(COUNTS))
    body = "\n".join(rows)
    return "\n".join([*titles, body.replace(".", dec) if dec != "." else body]) + "\n"


@pytest.fixture
def read(tmp_path: Path):
    def reads(content: str | bytes, name: str, encoding: str = "utf-8") -> list[Recording]:
        (tmp_path / "stored").write_bytes(content.encode(encoding) if isinstance(content, str) else content)
        return registry.read(tmp_path / "stored", name).recordings

    return reads


@pytest.mark.parametrize(
    ("title", "encoding"),
    [
        ("2θ(度)\t强度(计数)", "gb18030"),
        ("衍射角\t强度", "gb18030"),
        ("回折角\t強度", "cp932"),
        ("2thêta (°)\tIntensité (coups)", "cp1252"),
        ("2Theta\tIntensity", "utf-16-le"),
        ("2Theta\tIntensity", "utf-16-be"),
        ("2Theta\tIntensity", "utf-16"),
    ],
)
def test_a_pattern_is_known_in_the_language_and_encoding_of_its_program(read, title, encoding):
    (found,) = read(table(title, sep="\t"), "scan.txt", encoding)
    assert found.table["two_theta_deg"].to_list() == pytest.approx([angle for angle, _ in XRD])
    assert found.table["intensity_counts"].to_list() == COUNTS


def test_a_calculated_curve_beside_the_counts_is_not_their_error(read):
    (found,) = read(table("2Theta,Iobs,Icalc", more=("7.0",)), "fit.csv")
    assert found.table.columns == ["two_theta_deg", "intensity_counts"]
    assert [flag.code for flag in found.flags] == ["columns_left_out"]
    assert "Icalc" in found.flags[0].message


def test_two_patterns_over_one_angle_wait_for_a_person(read):
    with pytest.raises(UnreadableFile) as caught:
        read(table("2Theta,before,after", more=("7.0",)), "two.csv")
    assert caught.value.code == "needs_mapping"
    assert caught.value.columns == ["2Theta", "before", "after"]


def test_a_panalytical_table_with_times_and_deviations_gives_counts_and_sigma(read):
    head = "[Measurement conditions]\nAnode material,Cu\nK-Alpha1 wavelength,1.54060\n[Scan points]"
    rows = "".join(f"{angle:.4f},29.07,{count},10.5\n" for angle, count in XRD)
    (found,) = read(f"{head}\nAngle,TimePerStep,Intensity,ESD\n{rows}", "pan.csv")
    assert found.table["intensity_counts"].to_list() == COUNTS
    assert found.table["sigma_counts"].to_list() == [10.5] * len(COUNTS)


@pytest.mark.parametrize(
    "head",
    [
        "[Measurement conditions]\nK-Alpha1 wavelength;1,54060\n[Scan points]\nAngle;Intensity",
        "Commander Sample ID (Coupled TwoTheta/Theta)    WL=1.54060",
        "[Header]\nAnode=Cu\nWL1=1.54060\n[Data]\nAngle; PSD",
    ],
)
def test_the_wavelength_is_found_however_the_head_writes_it(read, head):
    (found,) = read(table(head, sep=";", dec=","), "scan.csv")
    assert found.meta["wavelength_angstrom"] == pytest.approx(1.5406)


def test_units_in_a_line_of_their_own_belong_to_the_titles_above_them(read):
    (found,) = read(table("Raman Shift\tIntensity", "cm-1\ta.u.", sep="\t"), "origin.txt")
    assert found.technique == "raman"
    assert found.table["intensity_au"].to_list() == COUNTS


def test_a_title_of_a_sample_above_a_line_of_units_is_no_title_of_columns(read):
    (found,) = read(table('"Sample A"', '"cm-1","%T"', start=400), "film.txt")
    assert found.table["transmittance_percent"].to_list() == COUNTS


def test_a_raman_table_with_every_axis_beside_it_is_over_the_shift(read):
    rows = "".join(
        f"{at};{790 + at};{12000 - at};{100 + 1.4 * at:.1f};600;{600 + at};{at};\n" for at in range(40)
    )
    head = (
        "laser_wavelength;785\nPixel;Wavelength;Wavenumber;Raman Shift;Dark;Raw data #1;Dark Subtracted #1;\n"
    )
    (found,) = read(head + rows, "probe.txt")
    assert found.technique == "raman"
    assert found.meta["spectra"] == ["Raw data #1", "Dark Subtracted #1"]
    assert found.table["raman_shift_per_cm"].max() == pytest.approx(154.6)


def test_an_optical_spectrum_over_photon_energies_is_no_x_ray_edge(read):
    with pytest.raises(UnreadableFile) as caught:
        read(table("energy (eV),Absorbance", start=1), "film.csv")
    assert caught.value.code == "needs_mapping"


def test_heat_flow_per_mass_is_not_taken_for_milliwatts(read):
    rows = "".join(f"{25 + at};{at / 100};0.1;{100 - at / 100:.2f}\n" for at in range(40))
    (found,) = read(f"#SAMPLE:A\n##Temp./°C;Time/min;DSC/(mW/mg);Mass/%\n{rows}", "run.txt", "cp1252")
    assert found.table.columns == ["time_s", "temperature_degC", "mass_percent"]


def test_words_below_a_table_are_no_damage_and_a_broken_row_is(read):
    rows = table("Wavelength (nm),Abs", start=300)
    (found,) = read(rows + "\nCollection Time: 1/1/2020\nBaseline: off\n", "cary.csv")
    assert found.table["absorbance"].to_list() == COUNTS
    broken = rows.split("\n")
    with pytest.raises(UnreadableFile) as caught:
        read("\n".join([*broken[:20], "Wavelxx", *broken[20:]]), "cary.csv")
    assert caught.value.code == "damaged"


def test_fitted_components_beside_an_envelope_are_no_regions(read):
    head = "C 1s\nB.E.\tCPS\tC-C\tBackground\tEnvelope"
    (found,) = read(table(head, sep="\t", start=280, more=("1.0", "2.0", "3.0")), "c1s.txt")
    assert found.table["intensity_cps"].to_list() == COUNTS
    assert "C-C" in next(flag.message for flag in found.flags if flag.code == "columns_left_out")


@pytest.mark.parametrize("name", ["a.wdf", "a.spc", "a.xrdml", "a.rasx", "a.vms", "a.csv", "a.cif", "a.ibw"])
def test_a_web_page_a_blank_file_and_a_zip_are_called_so_under_every_ending(read, name):
    for content, code, word in (
        (b"<!DOCTYPE html><html><body>502</body></html>", "unsupported", "web page"),
        (bytes(5000), "empty", "5,000 bytes"),
        (b" \r\n" * 60, "empty", "180 bytes"),
    ):
        with pytest.raises(UnreadableFile) as caught:
            read(content, name)
        assert caught.value.code == code
        assert word in caught.value.message


def test_vamas_in_utf_16_is_read(read):
    raw = vamas([vamas_block([[5.0, 6.0, 7.0, 8.0, 9.0, 10.0]])])
    text = raw if isinstance(raw, str) else raw.decode()
    assert read(text, "a.vms", "utf-16")[0].table.equals(read(text, "a.vms")[0].table)


def test_xrdml_with_blank_lines_in_front_or_turned_into_utf_16_is_read(read):
    raw = xrdml(COUNTS)
    text = raw if isinstance(raw, str) else raw.decode()
    whole = read(text, "a.xrdml")[0].table
    assert read("\n\n" + text, "a.xrdml")[0].table.equals(whole)
    assert read(text, "a.xrdml", "utf-16")[0].table.equals(whole)


def test_line_ends_translated_twice_and_the_end_mark_of_dos_are_no_rows(read):
    (found,) = read(table("2Theta,Intensity").replace("\n", "\r\r\n") + "\x1a", "old.csv")
    assert found.table["intensity_counts"].to_list() == COUNTS
    assert unify("a\r\r\nb\rc\r\nd") == "a\nb\nc\nd"


def test_german_text_is_not_taken_for_chinese_or_japanese():
    said = "Intensität [Imp.]; Größe: 5 µm; Prüfkörper Nr. 3 – 20 °C; Wärmestrom"
    assert decode(said.encode("cp1252")) == said


def test_the_signals_of_a_ta_file_are_the_titles_of_its_columns(read):
    head = "Instrument\tTGA Q500\nSig1\tTime (min)\nSig2\tTemperature (°C)\nSig3\tWeight (mg)\nStartOfData\n"
    rows = "".join(f"{at / 10:.2f}\t{25 + at}\t{10 - at / 100:.2f}\n" for at in range(40))
    (found,) = read(head + rows, "run.txt", "utf-16")
    assert found.table.columns == ["time_s", "temperature_degC", "mass_mg"]
    assert found.table["time_s"].max() == pytest.approx(3.9 * 60)


def test_a_rigaku_asc_is_told_what_to_export(read):
    rows = "".join("100, 101, 102, 103\n" for _ in range(15))
    with pytest.raises(UnreadableFile) as caught:
        read(f"*TYPE\t= Raw\n*BEGIN\n*START\t= 10.0\n*STEP\t= 0.02\n*COUNT\t= 60\n{rows}*END\n", "a.asc")
    assert ".ras" in caught.value.hint
