from __future__ import annotations

import json
from datetime import UTC, datetime

import numpy as np

from characterization.instruments.base import json_ready


def test_what_postgresql_refuses_as_json_is_made_plain():
    meta = {
        "pass_energy_eV": np.float64("nan"),
        "scans": np.int32(3),
        "limits": [float("inf"), 1.5],
        "nested": {"at": datetime(2026, 11, 22, tzinfo=UTC), 5: True},
    }
    ready = json_ready(meta)
    assert ready == {
        "pass_energy_eV": None,
        "scans": 3,
        "limits": [None, 1.5],
        "nested": {"at": "2026-11-22T00:00:00+00:00", "5": True},
    }
    assert json.dumps(ready, allow_nan=False)
