"""Counting noise grows with the counts: a high hump must not look like a thicket of lines."""

from __future__ import annotations

import numpy as np
import pytest

from characterization.analysis.xrd import detect


def test_a_high_broad_hump_in_counting_noise_is_one_line_and_no_thicket():
    angle = np.linspace(10, 80, 3500)
    true = 60 + 9000 * np.exp(-(((angle - 26.5) / 2.5) ** 2))
    counts = np.random.default_rng(20261122).poisson(true).astype(np.float64)
    smoothed = detect.smooth(angle, counts)
    net = smoothed - detect.snip_background(angle, counts)
    lines = detect.find_lines(angle, net, detect.noise_of(counts, smoothed), "counts")
    assert lines["two_theta_deg"].to_list() == [pytest.approx(26.5, abs=0.2)]


def test_a_weak_line_on_a_low_background_beside_that_hump_is_still_found():
    angle = np.linspace(10, 80, 3500)
    true = 60 + 9000 * np.exp(-(((angle - 26.5) / 2.5) ** 2)) + 300 * np.exp(-(((angle - 58.97) / 0.15) ** 2))
    counts = np.random.default_rng(20261122).poisson(true).astype(np.float64)
    smoothed = detect.smooth(angle, counts)
    net = smoothed - detect.snip_background(angle, counts)
    lines = detect.find_lines(angle, net, detect.noise_of(counts, smoothed), "counts")
    assert lines["two_theta_deg"].round(1).to_list()[-1:] == [59.0]
