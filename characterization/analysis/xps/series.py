"""One model over several recordings: the same components for a series of samples, side by side."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import polars as pl

from characterization.analysis.base import Conditions
from characterization.analysis.xps.analysis import compute
from characterization.instruments.base import Recording


def over(
    recordings: Sequence[Recording], model: Mapping[str, Any], conditions: Conditions | None = None
) -> pl.DataFrame:
    """The table ``components`` of every recording with a region of the model's line, fitted with this one model.

    A column ``recording`` counts from 0, ``title`` is the recording's. Recordings without the region have no rows.
    Raises ModelError where this is no model.
    """
    given = conditions or Conditions()
    parameters = dict(given.parameters)
    parameters["fits"] = dict(parameters.get("fits") or {}) | {str(model["region"]): {"model": model["name"]}}
    library = {"xps_models": [model], "xps_sensitivities": list(given.library.get("xps_sensitivities") or ())}
    told = Conditions(parameters=parameters, library=library)
    found = []
    for place, recording in enumerate(recordings):
        components = compute(recording, told).tables.get("components")
        if components is not None:
            own = components.filter(pl.col("model").str.starts_with(str(model["name"])))
            found.append(own.with_columns(recording=pl.lit(place), title=pl.lit(recording.title)))
    return pl.concat(found, how="diagonal") if found else pl.DataFrame()
