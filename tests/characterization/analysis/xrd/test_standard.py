"""LaB6 measured as a standard: the file is read here in a few lines, so that only the analysis is on trial."""

import struct
import time

import numpy as np
import polars as pl
import pytest

from characterization.analysis.base import Conditions
from characterization.analysis.methods import xrd_peaks
from characterization.instruments.base import Recording, Technique
from tests.corpus import corpus

EDGE = 4.156826
SQUARES = np.array([1, 2, 3, 4, 5, 6, 8, 9])


@pytest.fixture(scope="module")
def result():
    raw = corpus("characterization/xrd/LaB6_Jan2018.raw").read_bytes()
    first, second, ratio = (struct.unpack_from("<d", raw, at)[0] for at in (624, 632, 648))
    header, steps = struct.unpack_from("<ii", raw, 712)
    begin, step = (struct.unpack_from("<d", raw, 712 + at)[0] for at in (16, 176))
    extra = struct.unpack_from("<I", raw, 712 + 256)[0]
    counts = np.frombuffer(raw, "<f4", steps, 712 + header + extra).astype(float)
    table = pl.DataFrame({"two_theta_deg": begin + step * np.arange(steps), "intensity_counts": counts})
    meta = {"wavelength_angstrom": first, "wavelength_kalpha2_angstrom": second, "kalpha_ratio": ratio}
    return xrd_peaks.METHOD.compute(Recording(Technique.XRD, table, meta=meta), Conditions())


@pytest.mark.corpus
def test_lines_of_the_standard_lie_where_the_certificate_says(result):
    peaks, wavelength = result.tables["peaks"], result.parameters["wavelength_angstrom"]
    certified = 2 * np.degrees(np.arcsin(wavelength * np.sqrt(SQUARES) / 2 / EDGE))
    assert peaks["two_theta_deg"].to_numpy() == pytest.approx(certified, abs=0.015)


@pytest.mark.corpus
def test_widths_of_the_standard_are_the_instruments(result):
    """0.081 to 0.088° elsewhere; the first line is skewed by axial divergence and lies within 2 σ of that."""
    width, sigma = (result.tables["peaks"][name].to_numpy() for name in ("fwhm_deg", "fwhm_sigma_deg"))
    assert (width[1:] >= 0.081).all()
    assert (width[1:] <= 0.088).all()
    assert abs(width[0] - 0.088) < 2 * sigma[0]


@pytest.mark.corpus
def test_the_standard_is_told_for_what_it_is(result):
    assert result.tables["phases"]["phase"][0] == "LaB6"
    edge = next(one for one in result.findings if one.name == "xrd_lattice_a")
    assert edge.value == pytest.approx(EDGE, abs=0.0015)


@pytest.mark.corpus
def test_its_own_width_taken_off_leaves_no_size(result):
    points = result.tables["peaks"].select("two_theta_deg", "fwhm_deg").rows()
    entry = {"name": "LaB6", "version": 1, "instrument": "", "points": [list(row) for row in points]}
    raw = result.tables["pattern"].select("two_theta_deg", "intensity_counts")
    meta = {"wavelength_angstrom": 1.5406, "wavelength_kalpha2_angstrom": 1.54439, "kalpha_ratio": 0.5}
    begun = time.process_time()
    again = xrd_peaks.METHOD.compute(
        Recording(Technique.XRD, raw, meta=meta), Conditions(library={"xrd_widths": [entry]})
    )
    assert time.process_time() - begun < 2
    assert again.parameters["instrument_width"] == "standard ‘LaB6’, version 1"
    assert again.tables["peaks"]["size_nm"].null_count() >= 5
