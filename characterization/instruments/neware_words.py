"""The words of Neware's exports, BTS 5 to 9 and BTSDA, in English and Chinese, and what they become here."""

from __future__ import annotations

import re
from collections.abc import Sequence

import polars as pl

from characterization.instruments.cycler_heads import Head, Word, heads_of, split_unit

_POINT = (
    "datapoint",
    "recordid",
    "recordindex",
    "recordnumber",
    "record",
    "数据序号",
    "记录序号",
    "记录号",
    "序号",
)
_CYCLE = ("cycleindex", "cycleid", "cycle", "cyclenumber", "循环号", "循环序号", "循环")
_STEP = ("stepindex", "stepid", "step", "工步号", "工步序号", "步次")
_NUMBER = ("stepnumber", "stepno", "工步次序", "工步计数", "实际工步")
_TYPE = ("steptype", "stepname", "status", "state", "工步类型", "工步名称", "工作状态", "状态")
_TIME = ("time", "relativetime", "steptime", "时间", "相对时间", "工步时间", "记录时间", "测试时间")
_TOTAL = ("totaltime", "cumulativetime", "总时间", "累计时间")
_CHARGE = ("chgcap", "chargecapacity", "capacitancechg", "capchg", "充电容量")
_DISCHARGE = ("dchgcap", "dischargecapacity", "capacitancedchg", "capdchg", "放电容量")
_CHARGE_ENERGY = ("chgenergy", "chargeenergy", "engychg", "充电能量")
_DISCHARGE_ENERGY = ("dchgenergy", "dischargeenergy", "engydchg", "放电能量")
_CLOCK = ("date", "realtime", "absolutetime", "systime", "datetime", "绝对时间", "系统时间", "实时时间")

_WORDS: dict[str, Word] = {
    **dict.fromkeys(_POINT, Word("data_point", "count")),
    **dict.fromkeys(_CYCLE, Word("vendor_cycle", "count")),
    **dict.fromkeys(_STEP, Word("step_index", "count")),
    **dict.fromkeys(_NUMBER, Word("step_number", "count")),
    **dict.fromkeys(_TYPE, Word("step_type", "word")),
    **dict.fromkeys(_TIME, Word("step_time_s", "duration")),
    **dict.fromkeys(_TOTAL, Word("time_s", "duration")),
    **dict.fromkeys(_CLOCK, Word("clock", "clock")),
    **dict.fromkeys(("current", "cur", "电流"), Word("current", "mA")),
    **dict.fromkeys(("voltage", "volt", "vol", "电压"), Word("voltage", "V")),
    **dict.fromkeys(("capacity", "capa", "容量"), Word("step_capacity", "mAh")),
    **dict.fromkeys(_CHARGE, Word("charge_capacity", "mAh")),
    **dict.fromkeys(_DISCHARGE, Word("discharge_capacity", "mAh")),
    **dict.fromkeys(("energy", "能量"), Word("step_energy", "mWh")),
    **dict.fromkeys(_CHARGE_ENERGY, Word("charge_energy", "mWh")),
    **dict.fromkeys(_DISCHARGE_ENERGY, Word("discharge_energy", "mWh")),
    **dict.fromkeys(("dcir", "直流内阻"), Word("dc_resistance", "ohm")),
    **dict.fromkeys(("contactresistance", "接触电阻"), Word("contact_resistance", "ohm")),
    **dict.fromkeys(("temperature", "温度"), Word("temperature", "degC")),
    "cpu": Word("cpu_temperature", "degC"),
}
_BARE: dict[str, str] = {"mA": "mA", "mAh": "mAh", "mWh": "mWh", "degC": "C"}
_AUX = re.compile(r"^(?:aux)?(v|t|辅助电压|辅助温度)(\d+)$")
_QUANTITIES = {"v": ("voltage", "V"), "t": ("temperature", "degC"), "辅": ("temperature", "degC")}

_TYPES = {
    "静置": "Rest", "搁置": "Rest", "恒流充电": "CC Chg", "恒压充电": "CV Chg", "恒流恒压充电": "CCCV Chg",
    "恒流放电": "CC DChg", "恒压放电": "CV DChg", "恒流恒压放电": "CCCV DChg", "恒功率充电": "CP Chg",
    "恒功率放电": "CP DChg", "恒阻放电": "CR DChg", "恒阻充电": "CR Chg", "脉冲": "Pulse", "暂停": "Pause",
    "循环": "Cycle", "结束": "End",
}  # fmt: skip
"""The vendor's own words in its other language."""


def _aux(titles: Sequence[str]) -> dict[str, Word]:
    found: dict[str, Word] = {}
    for title in titles:
        slug, _ = split_unit(title)
        match = _AUX.match(slug)
        if match:
            kind = "v" if match[1] in ("v", "辅助电压") else "t"
            quantity, dimension = _QUANTITIES[kind]
            found[slug] = Word(f"aux{int(match[2])}_{quantity}", dimension)
    return found


def neware_heads(titles: Sequence[str]) -> list[Head]:
    return heads_of(titles, _WORDS | _aux(titles), _BARE)


def are_records(titles: Sequence[str]) -> bool:
    """Whether these are the heads of Neware's records: voltage, current, a time, and a data point, cycle or step."""
    if not _names_voltage(titles):
        return False
    slugs = {split_unit(title)[0] for title in titles}
    if slugs & {"testtime", "vmaxoncycle", "endvoltage", "onsetvolt", "onesetvolt"}:
        return False
    names = {head.ours for head in neware_heads(titles)}
    timed = names & {"time_s", "step_time_s", "clock"}
    placed = slugs & {*_POINT} and slugs & ({*_STEP, *_CYCLE, *_TYPE} - {"step", "cycle", "state"})
    return {"voltage_V", "current_mA"} <= names and bool(timed) and bool(placed)


def _names_voltage(titles: Sequence[str]) -> bool:
    """Whether one of them may be a voltage, told without looking each of them up."""
    return any("vol" in title.lower() or "电压" in title for title in titles)


def are_layers(cycle: Sequence[str], step: Sequence[str], record: Sequence[str]) -> bool:
    """Whether three lines are the heads of the layered export: cycle, step (one cell in), record (two cells in)."""
    if len(step) < 3 or len(record) < 5 or step[0] or record[0] or record[1] or not cycle[0]:
        return False
    if not _names_voltage(record):
        return False
    slugs = {split_unit(title)[0] for title in step[1:3]}
    names = {head.ours for head in neware_heads(record[2:])}
    return bool(slugs & {*_STEP, *_NUMBER}) and {"voltage_V", "current_mA"} <= names


def is_summary(titles: Sequence[str]) -> bool:
    """Whether these are the heads of Neware's summary by cycle or by step alone."""
    slugs = {split_unit(title)[0] for title in titles}
    first = split_unit(titles[0])[0] if titles else ""
    counted = first in {*_CYCLE, *_STEP, *_NUMBER}
    return counted and bool(slugs & {"chgcap", "capchg", "充电容量", "endvoltage", "steptime", "工步时间"})


def in_english(types: pl.Series) -> pl.Series:
    """Step types in the vendor's English words; what it has none for stays."""
    return types.str.strip_chars().replace(_TYPES)
