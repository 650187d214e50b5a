"""Real spectra against numbers from outside."""

import time

import numpy as np
import openpyxl
import pytest

from characterization.analysis.xps import catalogue
from characterization.analysis.xps.composition import Amount, atomic_percent
from characterization.instruments import registry
from tests.characterization.analysis.xps.written import codes, compute, recording, region, values
from tests.corpus import corpus

pytestmark = pytest.mark.corpus


def test_pet_has_three_carbons_to_one_and_one():
    """C–C : C–O : O–C=O of poly(ethylene terephthalate) is 3 : 1 : 1; accepted to 3 points."""
    text = corpus("characterization/xps/PET_C1s.csv").read_text().split()[1:]
    energy, intensity = np.array([line.split(",") for line in text], dtype=float).T
    measured = recording(region("C 1s", 0, energy, intensity), dwell_s=None)
    result = compute(measured, fits={"C 1s": {"model": "C 1s of PET"}})
    found = {
        subject.removeprefix("C 1s: "): one.value
        for subject, one in values(result, "xps_component_share").items()
    }
    assert found == pytest.approx({"C–C, C–H": 60.0, "C–O": 20.0, "O–C=O": 20.0}, abs=3.0)
    assert "noise_unknown" in codes(result)


def avantage(title):
    book = openpyxl.load_workbook(
        corpus("characterization/xps/Hard_carbon_Thermo.xlsx"), read_only=True, data_only=True
    )
    rows = list(book[title].iter_rows(values_only=True))
    head = next(place for place, row in enumerate(rows) if row[0] == "Binding Energy (E)")
    names = [str(cell).strip() if cell else "" for cell in rows[head]]
    table = [[float(str(cell or 0.0)) for cell in row] for row in rows[head + 2 :] if row[0] is not None]
    return names, np.array(table)


def test_areas_of_avantages_components_are_those_that_it_prints():
    """Net areas of the workbook's columns; sp2 has a tail outside the window (−0.3 %)."""
    names, table = avantage("C1s Scan")
    base = table[:, names.index("Backgnd.")]
    inside = base > 0
    energy, base = table[inside, 0], base[inside]
    printed = {"Shake": 9282.29, "C-C": 14670.27, "C-O-C": 3542.50, "C=O": 1291.44, "sp2": 133358.13}
    first, last = 4, names.index("Backgnd.")
    net = {names[place]: table[inside, place] - base for place in range(first, last)}
    areas = {name: abs(np.trapezoid(values, energy)) for name, values in net.items()}
    for word, truth in printed.items():
        (area,) = [value for name, value in areas.items() if word.lower() in name.lower().removeprefix("c1s ")
                   and not (word == "C-C" and "o" in name.lower().split("c1s")[-1])]  # fmt: skip
        assert area == pytest.approx(truth, rel=0.004 if word == "sp2" else 2e-4)
    envelope = table[inside, names.index("Envelope")]
    assert np.abs(base + sum(net.values()) - envelope).max() < 1e-5 * envelope.max()


def test_shares_over_factor_and_transmission_are_those_that_casaxps_prints():
    """Fe 2p of FeO: raw areas of its report over the file's transmission and Scofield's 16.42 give its own figures."""
    report = (
        corpus("characterization/xps/FeO_analyzed_results.csv").read_text(encoding="latin-1").splitlines()
    )
    rows = [line.split("\t") for line in report if line.startswith("Fe 2p\t") and line.count("\t") >= 6]
    place, raw, per, percent = (np.array([float(row[column]) for row in rows]) for column in (1, 3, 4, 5))
    assert list(raw) == [63400.62, 29867.34, 42839.74, 15954.51]
    path = corpus("characterization/xps/FeO_analyzed.vms")
    (measured,) = registry.read(path, path.name).recordings
    table = measured.table.sort("binding_energy_eV")
    passed = np.interp(place, table["binding_energy_eV"].to_numpy(), table["transmission"].to_numpy())
    amounts = [Amount("Fe 2p", area, None, share) for area, share in zip(raw, passed, strict=True)]
    found = atomic_percent(amounts, catalogue.scofield())
    assert [one.percent for one in found] == pytest.approx(list(percent), abs=0.006)
    areas = [one.amount.area / one.factor / one.amount.transmission for one in found]
    assert areas == pytest.approx(list(per), rel=1e-4)


def test_a_file_of_five_regions_takes_less_than_800_ms():
    path = corpus("characterization/xps/Mutlipak_vms.npl")
    (measured,) = registry.read(path, path.name).recordings
    compute(measured)
    begun = time.process_time()
    result = compute(measured)
    assert time.process_time() - begun < 0.8
    assert set(result.parameters["models"]) == {"C 1s", "O 1s", "S 2p", "N 1s", "Mo 3d"}
    assert result.parameters["models"]["Mo 3d"].startswith("Mo 3d, usual energies")
    assert result.parameters["models"]["S 2p"].startswith("S 2p, usual energies")


def test_nickel_tungsten_oxide_shows_no_more_than_its_elements():
    """Kratos survey and regions with their transmission: C, O, W and Ni, as the file's name and regions say."""
    path = corpus("characterization/xps/0-150W.vms")
    (measured,) = registry.read(path, path.name).recordings
    result = compute(measured)
    table = result.tables["composition"]
    assert set(table["element"]) <= {"C", "O", "W", "Ni"}
    regions = dict(table.filter(table["source"] == "regions").select("element", "atomic_percent").iter_rows())
    assert set(regions) == {"C", "O", "W", "Ni"}
    assert sum(regions.values()) == pytest.approx(100.0)
    assert "divided by the file's transmission" in values(result, "xps_atomic_percent")["O 1s"].convention
