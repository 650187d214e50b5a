from __future__ import annotations

import pytest

from synthesis import codes


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("CCA-0061_C1s.vms", ["CCA-0061"]),
        ("cca0061 N1s", ["CCA-0061"]),
        ("NMC_LPSC_CELL-0412_ch1.ndax", ["CELL-0412"]),
        ("CCA-0061 after CCA-0062", ["CCA-0061", "CCA-0062"]),
        ("SEI_NS12_test.xy", []),
        ("export.csv", []),
    ],
)
def test_codes_are_found_in_file_names(text, found):
    assert codes.codes_in(text) == found


def test_a_short_number_is_only_a_suggestion():
    assert codes.codes_like("CCA61 in the header") == ["CCA-0061"]
