"""The protocols of the story: how each step is meant to be done, released by the manager before the first batch."""

from __future__ import annotations

from typing import Any

from labsys.demo.making import DRYING_PLANNED, ROLES, SOAK_PLANNED, SPONGE_PLANNED, Shelf
from labsys.demo.people import Team
from synthesis import protocols
from synthesis.models import ProtocolVersion

_PERCENT, _DEGREES, _HOURS = (
    {"minus": 2, "plus": 2, "in": "percent"},
    {"minus": 3, "plus": 3, "in": "unit"},
    {"minus": 0.5, "plus": 0.5, "in": "unit"},
)
_MO, _NI = "0.005 mol", "0.05 mol"


def _take(role: str, planned: str, lot: str = "") -> dict[str, str]:
    return {"role": role, "unit": planned.rpartition(" ")[2], "planned": planned, "lot": lot}


def release(team: Team, shelf: Shelf) -> dict[str, ProtocolVersion]:
    """All of them, by a short name."""
    return {
        name: protocols.release(protocols.create(team.project, kind, title, content, team.alice), team.ines)
        for name, (kind, title, content) in _contents(shelf).items()
    }


def _contents(shelf: Shelf) -> dict[str, tuple[str, str, dict[str, Any]]]:
    reagents = [_take(role, str(SPONGE_PLANNED[role]), shelf[key].code) for role, key in ROLES.items()]
    sponge_values = {name: value for name, value in SPONGE_PLANNED.items() if isinstance(value, int | float)}
    soak_values = {name: value for name, value in SOAK_PLANNED.items() if isinstance(value, int | float)}
    base, molybdate = _take("nanosponge", "20 g"), _take("Mo salt", _MO, shelf["molybdate"].code)
    nickel = _take("Ni salt", _NI, shelf["nickel"].code)
    soak_limits = {"soak_time_h": _HOURS, "nanosponge": _PERCENT, "Mo salt": _PERCENT, "Ni salt": _PERCENT}
    return {
        "sponge": ("nanosponge", "Nanosponge, inverse emulsion", {
            "values": sponge_values | {"washing": "ethanol and water, three times each", "drying": "60 °C, 12 h"},
            "limits": {"stirring_temperature_degC": _DEGREES, "reaction_temperature_degC": _DEGREES,
                       "reaction_time_h": _HOURS} | dict.fromkeys(ROLES, _PERCENT),
            "takes": reagents}),
        "mo": ("impregnation", "Impregnation with Mo", {
            "values": soak_values | {"solvent": "water"}, "limits": soak_limits, "takes": [base, molybdate]}),
        "mo-ni": ("impregnation", "Impregnation with Mo and Ni", {
            "values": soak_values | {"solvent": "water"}, "limits": soak_limits, "takes": [base, molybdate, nickel]}),
        "drying": ("freeze-drying", "Freeze-drying", {
            "values": DRYING_PLANNED, "limits": {"temperature_degC": _DEGREES},
            "takes": [{"role": "impregnated batch", "unit": "g", "planned": "", "lot": ""}]}),
        "furnace": ("furnace-run", "Carbonization at 700 °C", {
            "values": {"furnace": "Tube furnace 1", "atmosphere": "N2", "flow_mL_per_min": 100,
                       "highest_temperature_degC": 700},
            "limits": {"highest_temperature_degC": {"minus": 10, "plus": 10, "in": "unit"},
                       "segment.hold_h": {"minus": 0.1, "plus": 0.1, "in": "unit"}},
            "takes": [_take(group, "20 g") for group in ("NPCs", "Mo@NPCs", "Mo-Ni@NPCs")],
            "segments": [{"from_degC": 25, "to_degC": 700, "rate_degC_per_min": 5, "hold_h": 4},
                         {"from_degC": 700, "to_degC": 25, "rate_degC_per_min": 5, "hold_h": 0}]}),
    }  # fmt: skip
