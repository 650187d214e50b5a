"""Arbin's words: the columns of MITS Pro 4, 7, 8 and 10 by their many spellings, and what they become here."""

from __future__ import annotations

import re
from collections.abc import Sequence

from characterization.instruments.bdf_columns import is_bdf
from characterization.instruments.cycler_heads import Head, Word, heads_of, split_unit

_WORDS: dict[str, Word] = {
    "testid": Word("test_id", "count"),
    "datapoint": Word("data_point", "count"),
    "recordid": Word("data_point", "count"),
    "stepindex": Word("step_index", "count"),
    "stepid": Word("step_index", "count"),
    "step": Word("step_index", "count"),
    "cycleindex": Word("vendor_cycle", "count"),
    "cycleid": Word("vendor_cycle", "count"),
    "cycle": Word("vendor_cycle", "count"),
    "cyclenumber": Word("vendor_cycle", "count"),
    "datetime": Word("clock", "clock"),
    "timestamp": Word("clock", "clock"),
    "testtime": Word("time", "s"),
    "steptime": Word("step_time", "s"),
    "current": Word("current", "mA"),
    "voltage": Word("voltage", "V"),
    "chargecapacity": Word("charge_capacity", "mAh"),
    "dischargecapacity": Word("discharge_capacity", "mAh"),
    "chargeenergy": Word("charge_energy", "mWh"),
    "dischargeenergy": Word("discharge_energy", "mWh"),
    "power": Word("power", "mW"),
    "internalresistance": Word("internal_resistance", "ohm"),
    "acimpedance": Word("ac_impedance", "ohm"),
    "aciphaseangle": Word("aci_phase", "deg"),
    "acr": Word("acr", "ohm"),
    "dvdt": Word("dvdt", "V/s"),
    "temperature": Word("temperature", "degC"),
    "celltemperature": Word("temperature", "degC"),
    "environmenttemperature": Word("environment_temperature", "degC"),
    "auxtemperature": Word("aux1_temperature", "degC"),
    "auxvoltage": Word("aux1_voltage", "V"),
}
_BARE = {"mA": "A", "mAh": "Ah", "mWh": "Wh", "mW": "W", "degC": "C"}
"""Units of heads that have none: Arbin writes SI."""

_AUX = re.compile(r"^aux(dvdt|dtdt|voltage|temperature|pressure|v|t)(\d+)$")
_AUX_QUANTITIES = {
    "voltage": ("voltage", "V"), "v": ("voltage", "V"),
    "temperature": ("temperature", "degC"), "t": ("temperature", "degC"),
    "dvdt": ("voltage_rate", "V/s"), "dtdt": ("temperature_rate", "°C/s"),
}  # fmt: skip
NEEDED = {"time_s", "voltage_V", "current_mA"}


def _aux(titles: Sequence[str]) -> dict[str, Word]:
    """``Aux_Temperature_2 (C)`` is ``aux2_temperature_degC``, by the vendor's own number."""
    found: dict[str, Word] = {}
    for title in titles:
        slug, _ = split_unit(title)
        match = _AUX.match(slug)
        if match and match[1] in _AUX_QUANTITIES:
            quantity, dimension = _AUX_QUANTITIES[match[1]]
            found[slug] = Word(f"aux{int(match[2])}_{quantity}", dimension)
    return found


def arbin_heads(titles: Sequence[str]) -> list[Head]:
    return heads_of(titles, _WORDS | _aux(titles), _BARE)


def units_of(heads: Sequence[Head]) -> dict[str, str]:
    """Units that a column's name cannot hold."""
    return {head.ours: head.unit for head in heads if head.unit}


def is_summary(titles: Sequence[str]) -> bool:
    """Whether these are the heads of the vendor's summary by cycle, which looks like records."""
    slugs = {split_unit(title)[0] for title in titles}
    return bool(slugs & {"vmaxoncycle", "chargetime", "dischargetime", "coulombicefficiency"})


def is_arbin(titles: Sequence[str]) -> bool:
    """Whether time, voltage and current are there, and a step or a capacity as Arbin names them."""
    if not any("voltage" in title.lower() for title in titles):
        return False
    names = {head.ours for head in arbin_heads(titles)}
    slugs = {split_unit(title)[0] for title in titles}
    if is_bdf(list(titles)):
        return False  # Arbin's columns may stand beside those that a converter made of them
    return names >= NEEDED and "testtime" in slugs and bool(slugs & {"stepindex", "stepid", "chargecapacity"})
