"""Lengths in pictures whose truth is known: drawn lines, fringes of a known spacing, noise."""

from __future__ import annotations

import io
import math

import numpy as np
import polars as pl
import pytest
from PIL import Image

from characterization.analysis.base import Conditions, Result
from characterization.analysis.choices import checked
from characterization.analysis.methods.picture import METHOD
from characterization.instruments.base import Recording, Technique


def recording(values, pixel_nm=0.05, **meta) -> Recording:
    height, width = values.shape[:2]
    row = {"width_px": [width], "height_px": [height], "pixel_nm": pl.Series([pixel_nm], dtype=pl.Float64),
           "pixels_sha256": ["0" * 64], "pixels": [values.tobytes()]}  # fmt: skip
    return Recording(Technique.PICTURE, pl.DataFrame(row), meta=meta)


def fringed(spacing_px: float, angle_deg: float, noise: float = 0.3, seed: int = 1, size: int = 512):
    y, x = np.mgrid[:size, :size]
    angle = math.radians(angle_deg)
    wave = np.cos(2 * np.pi * (x * math.cos(angle) + y * math.sin(angle)) / spacing_px)
    noisy = wave + np.random.default_rng(seed).normal(0, noise, wave.shape)
    return np.clip(128 + 40 * noisy, 0, 255).astype(np.uint8)


def measured(values, marks, scale=None, pixel_nm=0.05, **meta) -> Result:
    chosen, errors = checked(METHOD.choices, {"marks": marks, "scale": scale or {}})
    assert errors == {}
    return METHOD.compute(recording(values, pixel_nm, **meta), Conditions(parameters=chosen))


def only(result: Result, name: str):
    (found,) = [finding for finding in result.findings if finding.name == name]
    return found


FLAT = np.full((300, 400), 90, dtype=np.uint8)
LINE = {"kind": "distance", "from": [10, 20], "to": [40, 60]}


def test_a_line_of_three_four_five_is_fifty_pixels():
    found = only(measured(FLAT, {"rim": LINE}), "distance")
    assert (found.value, found.unit, found.subject) == (pytest.approx(2.5), "nm", "rim")
    assert found.uncertainty == pytest.approx(0.05 * math.sqrt(2 / 3))


def test_without_a_scale_a_line_is_in_pixels_under_another_name():
    result = measured(FLAT, {"rim": LINE}, pixel_nm=None)
    found = only(result, "distance_px")
    assert (found.value, found.unit) == (pytest.approx(50), "px")
    assert "no scale is known" in found.convention
    assert [finding.name for finding in result.findings] == ["distance_px"]


def test_a_scale_set_by_hand_stands_before_the_files_and_brings_its_uncertainty():
    scale = {"from": [100, 280], "to": [300, 280], "length_nm": 500}
    result = measured(FLAT, {"rim": LINE}, scale)
    assert only(result, "picture_pixel").value == pytest.approx(2.5)
    found = only(result, "distance")
    assert found.value == pytest.approx(125)
    assert found.uncertainty == pytest.approx(math.sqrt(2 / 3) * math.hypot(2.5, 125 / 200))
    assert "set by hand: 500 nm are 200.0 px" in found.convention


def test_pixels_that_are_not_square_are_measured_by_both_sides():
    upright = {"kind": "distance", "from": [10, 10], "to": [10, 110]}
    assert only(measured(FLAT, {"a": upright}, pixel_height_nm=0.06), "distance").value == pytest.approx(6.0)


def test_a_spacing_is_the_line_over_the_count_with_both_uncertainties():
    mark = {"kind": "spacing", "from": [0, 100], "to": [200, 100], "fringes": 20}
    found = only(measured(FLAT, {"(002)": mark}), "lattice_spacing")
    assert found.value == pytest.approx(0.5)
    ends, count = 0.05 * math.sqrt(2 / 3) / 20, 0.5 / math.sqrt(3) / 20 * 0.5
    assert found.uncertainty == pytest.approx(math.hypot(ends, count))


@pytest.mark.parametrize("spacing_px", [4.3, 6.7, 11.9, 25.0])
@pytest.mark.parametrize("angle_deg", [0, 17, 90, 133])
def test_fringes_are_found_to_a_hundredth_and_within_what_is_stated(spacing_px, angle_deg):
    box = {"kind": "fft", "from": [40, 60], "to": [360, 380]}
    found = only(measured(fringed(spacing_px, angle_deg), {"(002)": box}), "lattice_spacing")
    assert found.value == pytest.approx(spacing_px * 0.05, rel=0.01)
    assert abs(found.value - spacing_px * 0.05) < 3 * found.uncertainty


def test_the_stated_interval_holds_the_truth_about_as_often_as_it_says():
    """Of 100 boxes with noise as large as the fringes, 95 % intervals hold the truth in at least 90."""
    held = 0
    for seed in range(100):
        values = fringed(5 + seed * 0.113, seed * 7.3, noise=1.0, seed=seed, size=200)
        box = {"kind": "fft", "from": [20, 20], "to": [180, 180]}
        found = only(measured(values, {"a": box}), "lattice_spacing")
        held += abs(found.value - (5 + seed * 0.113) * 0.05) <= 1.96 * found.uncertainty
    assert held >= 90


def test_noise_alone_is_no_lattice():
    noise = np.random.default_rng(4).integers(0, 255, (300, 300), dtype=np.uint8)
    result = measured(noise, {"a": {"kind": "fft", "from": [0, 0], "to": [256, 256]}})
    assert [flag.code for flag in result.flags] == ["no_fringes"]
    flat = measured(FLAT, {"a": {"kind": "fft", "from": [0, 0], "to": [256, 256]}})
    assert [flag.code for flag in flat.flags] == ["no_fringes"]


def test_a_mark_outside_of_the_picture_is_said_and_not_measured():
    result = measured(FLAT, {"far": {"kind": "distance", "from": [0, 0], "to": [900, 10]}})
    assert [flag.code for flag in result.flags] == ["mark_outside"]


@pytest.mark.parametrize(
    ("marks", "words"),
    [
        ({"a": {"kind": "area", "from": [0, 0], "to": [5, 5]}}, "one of distance, spacing, fft"),
        ({"a": {"kind": "distance", "from": [0], "to": [5, 5]}}, "must be a point"),
        ({"a": {"kind": "distance", "from": [1, 1], "to": [1, 1]}}, "the same pixel"),
        ({"a": {"kind": "spacing", "from": [0, 0], "to": [5, 5]}}, "number of fringes"),
        ({"a": {"kind": "spacing", "from": [0, 0], "to": [5, 5], "fringes": 2.5}}, "number of fringes"),
        ({"a": {"kind": "fft", "from": [0, 0], "to": [20, 50]}}, "at least 32 × 32"),
        ({" ": LINE}, "needs a name"),
        ({"a": {**LINE, "to": [-3, 4]}}, "outside"),
        ({"a": {**LINE, "to": ["x", 4]}}, "must be a point"),
        ({f"m{n}": LINE for n in range(201)}, "200 are the most"),
    ],
)
def test_marks_that_cannot_be_are_told_why(marks, words):
    _, errors = checked(METHOD.choices, {"marks": marks})
    assert words in errors["marks"]


@pytest.mark.parametrize("length", [0, -5, None, "long", True])
def test_a_scale_needs_a_length(length):
    _, errors = checked(METHOD.choices, {"scale": {"from": [0, 0], "to": [9, 0], "length_nm": length}})
    assert "length in nm" in errors["scale"]


def previews_of(result: Result) -> dict[str, Image.Image]:
    rows = result.tables["previews"].iter_rows(named=True)
    return {row["name"]: Image.open(io.BytesIO(row["jpeg"])) for row in rows}


def test_previews_have_their_sizes_and_sixteen_bits_are_stretched_and_said():
    values = (1000 + np.arange(3000 * 1500, dtype=np.uint32).reshape(1500, 3000) // 9000).astype("<u2")
    result = measured(values, {})
    sizes = {name: image.size for name, image in previews_of(result).items()}
    assert sizes == {"thumbnail": (240, 120), "shown": (2048, 1024)}
    grey = np.asarray(previews_of(result)["shown"])
    assert (grey.min() <= 2, grey.max() >= 253) == (True, True)
    assert [flag.code for flag in result.flags] == ["contrast_stretched"]


def test_eight_bits_and_colours_are_shown_as_they_are():
    colours = np.zeros((50, 60, 3), dtype=np.uint8)
    colours[..., 0] = 200
    result = measured(colours, {})
    assert previews_of(result)["shown"].getpixel((30, 25)) == pytest.approx((200, 0, 0), abs=3)
    assert result.flags == []
    assert np.asarray(previews_of(measured(FLAT, {}))["shown"]).mean() == pytest.approx(90, abs=1)
