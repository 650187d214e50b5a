"""Fit models as people write them: what can be taken, and the sentence where it cannot."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.analysis.choices import Choice, checked
from characterization.analysis.xps import changes
from characterization.analysis.xps.models import Doublet, Model, ModelError, checked_model, model_from


def model(**others):
    carbon = {"name": "C–C", "centre_eV": 284.8, "centre_tolerance_eV": 0.3, "fwhm_eV": [0.7, 1.8]}
    alcohol = {
        "name": "C–OH",
        "centre_eV": 286.9,
        "share_width_with": "C–C",
        "share_finding": "xps_c_oh_share",
    }
    given = {
        "name": "C 1s",
        "version": "2",
        "region": "C 1s",
        "window_eV": [281, 296],
        "background": "shirley",
    }
    return given | {"components": [carbon, alcohol], "reference": "C–C"} | others


def component(**others):
    return {"name": "S 2p", "centre_eV": 162.0, "fwhm_eV": [0.5, 2.0]} | others


def of(*components):
    return model(components=list(components), reference="", window_eV=[158, 172])


def test_a_model_is_plain_json_and_comes_back_as_it_was_meant():
    assert checked_model(json.loads(json.dumps(model()))) == []
    made = model_from(model())
    assert isinstance(made, Model)
    assert made.title == "C 1s, version 2"
    assert made.components[0].fwhm_eV.most == 1.8
    assert made.components[1].share_width_with == "C–C"
    assert made.components[1].lorentz.middle == 0.3


def test_a_doublet_says_how_its_weaker_line_lies():
    made = model_from(of(component(doublet={"splitting_eV": 1.18, "area_ratio": 0.5})))
    assert made.components[0].doublet == Doublet(1.18, 0.5, 1.0)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ([], "The model is no object with names and values."),
        (model(background="hand-drawn"), "no background. There are shirley"),
        (model(window_eV=[281]), "‘window_eV’ is [low, high] in eV"),
        (model(window_eV=[290, 296]), "‘C–C’ at 284.8 eV lies outside the window 290 – 296 eV."),
        (model(reference="C=C"), "‘C=C’, the charge reference, is no component of it."),
        (model(components=[]), "‘components’ is a list of 1 to 16."),
        (model(colour="red"), "‘colour’ means nothing here."),
        (of(component(fwhm_eV=[2, 1])), "‘fwhm_eV’ is [least, most] or one number"),
        (of(component(centre_eV="162")), "‘centre_eV’ is a number from 0.1 to 10000."),
        (of(component(centre_eV=10**400)), "‘centre_eV’ is a number from 0.1 to 10000."),
        (of(component(), component()), "Two components have one name."),
        (of(component(share_width_with="S 2s")), "takes its width from ‘S 2s’, which is no other component."),
        (of(component(shape="voigt", lorentz=[0.1, 3.0])), "the Lorentzian may become wider than the whole line"),
        (of(component(doublet={"splitting": 1.2})), "has no ‘splitting_eV’"),
        (of(component(counted=False)), "No component is counted"),
        (of(component(share_finding="Sulfite share")), "names no finding"),
        (of({"name": "S 2p", "centre_eV": 162.0}), "has no ‘fwhm_eV’"),
    ],
)  # fmt: skip
def test_what_is_wrong_with_a_model_is_told_in_a_sentence(given, sentence):
    assert any(sentence in told for told in checked_model(given)), checked_model(given)


def test_more_than_eight_peaks_with_place_and_width_free_are_refused():
    peaks = [component(name=f"no. {place}", centre_eV=160.0 + place) for place in range(9)]
    assert checked_model(of(*peaks[:8])) == []
    (told,) = checked_model(of(*peaks))
    assert told.startswith("9 components have both place and width free; 8 are the most.")
    peaks[8]["share_width_with"] = "no. 0"
    assert checked_model(of(*peaks)) == []


def test_a_change_moves_holds_adds_and_removes_components():
    change = {
        "background": "linear",
        "components": {"C–C": {"removed": True}, "C–OH": {"centre_eV": 286.7, "centre_tolerance_eV": 0}},
        "added": [{"name": "Li2CO3", "centre_eV": 290.1, "fwhm_eV": 1.5}],
    }
    assert changes.problem({"C 1s": change}) == ""
    made = model_from(changes.changed(model(), change))
    assert [one.name for one in made.components] == ["C–OH", "Li2CO3"]
    assert (made.components[0].centre_eV, made.components[0].centre_tolerance_eV) == (286.7, 0)
    assert made.components[0].fwhm_eV.least == 0.5  # its neighbour, whose width it had, is gone
    assert (made.background, made.reference) == ("linear", "")
    assert made.components[1].fwhm_eV.held


def test_a_width_of_its_own_ends_the_sharing():
    made = model_from(changes.changed(model(), {"components": {"C–OH": {"fwhm_eV": 1.4}}}))
    assert made.components[1].share_width_with == ""
    assert made.components[1].fwhm_eV.held


def test_a_change_of_a_component_that_is_not_there_is_refused():
    with pytest.raises(ModelError, match="has no component ‘C=S’"):
        changes.changed(model(), {"components": {"C=S": {"removed": True}}})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ({"C 1s": 3}, "C 1s: write an object"),
        ({"C 1s": {"modell": "x"}}, "‘modell’ means nothing here"),
        ({"C 1s": {"components": {"C–C": {"center": 1}}}}, "‘center’ means nothing here"),
        ({"C 1s": {"components": ["C–C"]}}, "‘components’ is an object"),
        ({"C 1s": {"added": {"name": "C–C"}}}, "‘added’ is a list"),
    ],
)
def test_what_is_wrong_with_a_change_is_told(given, sentence):
    assert sentence in changes.problem(given)


def test_a_change_is_found_by_block_before_it_is_found_by_name():
    given = {"C 1s (block 2)": {"fitted": False}, "c1s": {"background": "linear"}}
    assert changes.change_for(given, "C 1s", "C 1s (block 2)") == {"fitted": False}
    assert changes.change_for(given, "C 1s", "C 1s (block 1)") == {"background": "linear"}
    assert changes.change_for(given, "O 1s", "O 1s") == {}


JSON_CHOICE = Choice("fits", "Fits", "json", problem=changes.problem)


@pytest.mark.parametrize("given", ['{"C 1s": {"background": "linear"}}', {"C 1s": {"background": "linear"}}])
def test_a_choice_of_json_is_taken_written_down_or_as_it_is(given):
    assert checked([JSON_CHOICE], {"fits": given}) == ({"fits": {"C 1s": {"background": "linear"}}}, {})


@pytest.mark.parametrize("given", ["", "{}", {}, None, "null"])
def test_an_empty_object_is_not_chosen(given):
    assert checked([JSON_CHOICE], {"fits": given}) == ({}, {})


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("{C 1s}", "This cannot be read as JSON"),
        ("[1]", "Write an object"),
        ("[" * 30_000, "This cannot be read as JSON"),
        ('"' + "x" * 50_000 + '"', "At most 40,000 letters are read."),
        ('{"C 1s": {"modell": "x"}}', "‘modell’ means nothing here"),
    ],
)
def test_json_that_cannot_be_taken_is_told(given, sentence):
    values, errors = checked([JSON_CHOICE], {"fits": given})
    assert values == {}
    assert sentence in errors["fits"]


_json = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
_names = st.sampled_from(sorted({*model(), *component(), "doublet", "area", "lorentz", "shape"}))


@settings(max_examples=200, deadline=None)
@given(st.dictionaries(_names, _json), st.dictionaries(_names, _json))
def test_any_json_is_taken_or_told_and_never_raises(top, inner):
    for one in (model(**top), of(component(**inner)), top):
        told = checked_model(one)
        assert all(isinstance(sentence, str) for sentence in told)
        if not told:
            assert model_from(one).components
    assert isinstance(changes.problem({"C 1s": top}), str)
