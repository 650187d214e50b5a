"""How amounts are written."""

from __future__ import annotations

from decimal import Decimal

import pytest

from synthesis.words import amount, digits


@pytest.mark.parametrize(
    ("value", "unit", "written"),
    [
        ("7.31", "g", "7.31\u00a0g"),
        ("0.0241", "g", "24.1\u00a0mg"),
        ("1620", "mL", "1.62\u00a0L"),
        ("20.00", "g", "20\u00a0g"),
        ("-2.8", "mL", "−2.8\u00a0mL"),
        ("0", "g", "0\u00a0g"),
        ("14.3", "mg", "14.3\u00a0mg"),
        ("1", "piece", "1"),
        ("12345.678", "g", "12.35\u00a0kg"),
    ],
)
def test_an_amount_is_written_with_the_unit_that_fits(value: str, unit: str, written: str) -> None:
    assert amount(Decimal(value), unit) == written


def test_numbers_have_a_true_minus_and_thousands() -> None:
    assert digits(Decimal("-12430")) == "−12,430"
    assert digits(-0.5) == "−0.5"
    assert digits(94.0123, 2) == "94.01"
