import numpy as np
import pytest

from characterization.analysis.xrd import width
from characterization.analysis.xrd.width import InstrumentWidth, instrument_width, own_width, scherrer_nm

CU_KALPHA1 = 1.5405929


@pytest.mark.parametrize(("angle", "measured", "nm"), [(26.54, 0.50, 16.54), (40.77, 0.30, 29.31)])
def test_scherrer_with_the_instruments_width_subtracted_as_gaussian(angle, measured, nm):
    own = own_width(np.array([measured]), np.array([0.08]))
    assert scherrer_nm(np.array([angle]), own, CU_KALPHA1)[0] == pytest.approx(nm, abs=0.01)


def test_williamson_and_hall_get_size_and_strain_back():
    angle = np.array([25.0, 40.0, 55.0, 70.0, 85.0])
    half = np.radians(angle) / 2
    beta = (0.9 * CU_KALPHA1 / 10 / 20 + 4 * 0.003 * np.sin(half)) / np.cos(half)
    found = width.williamson_hall(angle, np.degrees(beta), np.full(5, 0.001), CU_KALPHA1)
    assert found is not None
    assert (found.size_nm, found.strain) == pytest.approx((20, 0.003), rel=1e-9)


def test_size_and_strain_lie_within_their_uncertainties_as_often_as_these_say():
    angle, sigma = np.linspace(25, 85, 7), np.full(7, 0.01)
    half = np.radians(angle) / 2
    beta = np.degrees((0.9 * CU_KALPHA1 / 10 / 20 + 4 * 0.003 * np.sin(half)) / np.cos(half))
    noise = np.random.default_rng(5)
    within = []
    for _ in range(300):
        found = width.williamson_hall(angle, beta + noise.normal(0, sigma), sigma, CU_KALPHA1)
        assert found is not None and found.size_nm and found.size_sigma
        within += [abs(found.size_nm - 20) < 1.96 * found.size_sigma]
        within += [abs(found.strain - 0.003) < 1.96 * found.strain_sigma]
    assert 0.90 <= np.mean(within) <= 0.99


def test_a_line_as_narrow_as_the_instrument_has_no_size():
    assert np.isnan(own_width(np.array([0.08, 0.0801]), np.array([0.08, 0.08]))).all()


def test_a_standard_is_read_between_its_points():
    curve = InstrumentWidth(((20, 0.09), (40, 0.08)))
    assert curve.at(np.array([10, 30, 90])) == pytest.approx([0.09, 0.085, 0.08])


def test_the_standard_of_the_own_instrument_counts_and_a_number_before_it():
    entries = [
        {"name": "LaB6 A", "version": 1, "instrument": "D8", "points": [[20, 0.1]]},
        {"name": "LaB6 B", "version": 2, "instrument": "X'Pert", "points": [[20, 0.2]]},
    ]
    assert instrument_width({}, entries, "x'pert").words == "standard ‘LaB6 B’, version 2"
    assert not instrument_width({}, entries, "unknown").known
    assert instrument_width({"width_standard": "LaB6 A"}, entries, "").points == ((20, 0.1),)
    assert instrument_width({"instrument_width_deg": 0.07}, entries, "D8").at(np.array([50.0]))[0] == 0.07
