"""Isotherms whose truth is known, and the corpus files with their analyses."""

import numpy as np
import polars as pl

from characterization.analysis.base import Conditions, Drawing
from characterization.instruments import registry
from characterization.instruments.base import Recording, Technique
from tests.corpus import corpus

NITROGEN = {"gas": "N2", "temperature_K": 77.35, "sample_mass_g": 0.1}


def recording(relative, amount, meta=None, branch=None, **columns):
    table = pl.DataFrame(
        {
            "relative_pressure": relative,
            "amount_mmol_per_g": amount,
            "branch": branch or ["adsorption"] * len(relative),
            **columns,
        }
    )
    return Recording(Technique.SORPTION, table, meta=dict(NITROGEN if meta is None else meta))


def bet_amount(x, monolayer=1.0, c=100.0):
    """The BET equation."""
    return monolayer * c * x / ((1 - x) * (1 - x + c * x))


def file(name):
    (found,) = registry.read(corpus(f"characterization/bet/{name}"), name).recordings
    return found


def values(result):
    return {finding.name: finding.value for finding in result.findings}


def codes(result):
    return {flag.code for flag in result.flags}


def chosen(**parameters):
    return Conditions(parameters=parameters)


def drawing(result, recording):
    return Drawing(result.tables, result.findings, recording.meta, recording.table, result.flags)


SPREAD = np.linspace(0.05, 0.30, 11)
