"""Phrases and pictograms as they are copied from a safety data sheet."""

from __future__ import annotations

import pytest

from synthesis import hazards
from synthesis.errors import Refusal


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("H301, H315; EUH014", "H301 H315 EUH014"),
        ("h301 + h311 + H331", "H301+H311+H331"),
        ("H360Fd H350I h314", "H360Fd H350i H314"),
        ("H302\nH302", "H302"),
        ("H315.", "H315"),
        ("", ""),
    ],
)
def test_h_phrases_are_kept_in_one_spelling(written, kept):
    assert hazards.h_phrases(written) == kept


@pytest.mark.parametrize("written", ["H999", "301", "toxic", "H301+", "P280", "R45", "h360fd"])
def test_what_is_no_h_phrase_is_refused_beside_its_field(written):
    with pytest.raises(Refusal, match="is no such phrase") as refusal:
        hazards.h_phrases(written)
    assert refusal.value.field == "hazard_statements"


def test_p_phrases_are_checked_by_their_pattern():
    assert hazards.p_phrases("p280, P301 + P310") == "P280 P301+P310"
    with pytest.raises(Refusal, match="‘P900’ is no such phrase"):
        hazards.p_phrases("P280 P900")


def test_joined_phrases_have_the_words_of_both():
    (found,) = hazards.statements("H301+H311")
    assert found.words == "Toxic if swallowed; Toxic in contact with skin"


def test_pictograms_stand_in_their_order_and_once():
    assert hazards.known_pictograms(["GHS09", "GHS02", "GHS02"]) == ["GHS02", "GHS09"]
    assert hazards.pictograms(["GHS06"]) == [("GHS06", "acutely toxic")]
    with pytest.raises(Refusal, match="‘skull’ is no GHS pictogram"):
        hazards.known_pictograms(["skull"])
