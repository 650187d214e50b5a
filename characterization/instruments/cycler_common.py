"""The columns that cyclers' exports have in common, under all the names that are known for them.

Names are as ``cycler_titles`` makes them: lower case, single blanks, without unit. A reader puts its own before these.
"""

from __future__ import annotations

from characterization.instruments.cycler_titles import Column, Kind

_INDEX = r"( ?(index|id|idx|number|num|no|nr|count|#))?"
_CHARGE = r"(charge|charging|char|chg|cha|chrg|laden|ladung|充电)"
_DISCHARGE = r"(discharge|discharging|dischar|dischg|dchg|dchrg|dch|dis|entladen|entladung|放电)"
_CAPACITY = r"(capacity|capacitance|cap|q|m?ah|m?amp hr|kapazität|容量)"
_ENERGY = r"(energy|engy|ener|m?wh|m?watt hr|energie|能量)"


def _directed(ours: str, way: str, quantity: str) -> Column:
    return Column(ours, rf"(cell )?{way} ?{quantity}|{quantity} ?(of )?{way}")


COMMON: tuple[Column, ...] = (
    Column("time_s", r"(test|total|tot|run|elapsed|cumulative|prog(ram)?|experiment) ?(time|duration)", Kind.DURATION),
    Column("time_s", r"test ?zeit|(测试|总|累计)时间|test", Kind.DURATION),
    Column("step_time_s", r"(step|state|relative|t) ?(time|step|duration)|schrittzeit|(工步|步骤|相对)时间|step",
           Kind.DURATION),
    Column("clock", r"(dpt|real|sys(tem)?|absolute|record|abs) ?time|date ?(and )?time|time ?stamp|datetime|date"
           r"|datum(/zeit)?|(系统|绝对|记录)时间|日期", Kind.CLOCK),
    Column("time_s", r"time|t|zeit|时间", Kind.DURATION),
    Column("step_time_s", r"time|时间", Kind.DURATION),
    Column("voltage_V", r"(cell |battery |terminal |working |batt )?(volt(s|age)?|potential|spannung)|[uve]"
           r"|e ?(we|cell)|vbatt?|(电池)?电压", unit="V"),
    Column("current_mA", r"(cell |battery |applied )?(curr?(ent)?|[mu]?amps?|strom(stärke)?)|i|m?a|电流"),
    Column("vendor_step", rf"(step|schritt|line|ns|(工步|步骤|步次)(号|序号|编号)?){_INDEX}", Kind.COUNT),
    Column("vendor_cycle", r"tot(al)? ?cyc(le)?", Kind.COUNT),
    Column("vendor_cycle", rf"(cyc(le)?|zyklus|cycles|循环(号|序号|次数|编号)?){_INDEX}|cycle c", Kind.COUNT),
    Column("record", rf"(rec(ord)?|data ?point|data ?set|point|index|datensatz|记录(号|序号|编号)?|序号){_INDEX}",
           Kind.COUNT),
    Column("step_type", r"(step|work(ing)?|control|cell) ?(type|state|status|mode|name)|state|status|md|mode|command"
           r"|instruction name|(工步|工作)?(状态|模式|类型)|工步名称|type", Kind.TEXT),
    _directed("charge_capacity_mAh", _CHARGE, _CAPACITY),
    _directed("discharge_capacity_mAh", _DISCHARGE, _CAPACITY),
    Column("capacity_mAh", rf"(step |net )?{_CAPACITY}|ah ?step|ah bal"),
    _directed("charge_energy_mWh", _CHARGE, rf"({_ENERGY}|{_CAPACITY})"),
    _directed("discharge_energy_mWh", _DISCHARGE, rf"({_ENERGY}|{_CAPACITY})"),
    Column("energy_mWh", rf"(step |net )?{_ENERGY}|wh ?step|wh bal"),
)  # fmt: skip
