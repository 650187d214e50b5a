"""What the numbers of columns in a BioLogic ``.mpr`` mean: the title that EC-Lab gives them in its text export,
and how they are stored.

Types are little-endian: ``f4`` and ``f8`` floats, ``u1``, ``u2``, ``u4`` counts. All flags share one byte.
"""

from __future__ import annotations

FLAGS: dict[int, tuple[str, int]] = {
    1: ("mode", 0x03),
    2: ("ox/red", 0x04),
    3: ("error", 0x08),
    21: ("control changes", 0x10),
    31: ("Ns changes", 0x20),
    65: ("counter inc.", 0x80),
}
"""Bits of the flag byte: the mode is 1 with controlled current, 2 with controlled voltage, 3 at rest."""

_SINGLE: dict[int, str] = {
    5: "control/V/mA", 6: "Ewe/V", 8: "I/mA", 9: "Ece/V", 16: "Analog IN 1/V", 17: "Analog IN 2/V",
    19: "control/V", 20: "control/mA", 26: "R/Ohm", 27: "Ewe-Ece/V", 32: "freq/Hz", 33: "|Ewe|/V",
    34: "|I|/A", 35: "Phase(Z)/deg", 36: "|Z|/Ohm", 37: "Re(Z)/Ohm", 38: "-Im(Z)/Ohm", 69: "R/Ohm",
    70: "P/W", 75: "Analog OUT/V", 76: "<I>/mA", 77: "<Ewe>/V", 78: "Cs-2/µF-2", 96: "|Ece|/V",
    98: "Phase(Zce)/deg", 99: "|Zce|/Ohm", 100: "Re(Zce)/Ohm", 101: "-Im(Zce)/Ohm", 163: "|Estack|/V",
    168: "Rcmp/Ohm", 169: "Cs/µF", 172: "Cp/µF", 173: "Cp-2/µF-2", 174: "<Ewe>/V",
    422: "Phase(Zstack)/deg", 423: "|Zstack|/Ohm", 424: "Re(Zstack)/Ohm", 425: "-Im(Zstack)/Ohm",
    426: "<Estack>/V", 430: "Phase(Zwe-ce)/deg", 431: "|Zwe-ce|/Ohm", 432: "Re(Zwe-ce)/Ohm",
    433: "-Im(Zwe-ce)/Ohm", 434: "(Q-Qo)/C", 435: "dQ/C", 441: "<Ece>/V", 462: "Temperature/°C",
    471: "<Ece>/V", 473: "THD Ewe/%", 474: "THD I/%", 475: "THD Ece/%", 476: "NSD Ewe/%", 477: "NSD I/%",
    478: "NSD Ece/%", 479: "NSR Ewe/%", 480: "NSR I/%", 481: "NSR Ece/%", 504: "Rac/Ohm", 505: "Rdc/Ohm",
}  # fmt: skip

_DOUBLE: dict[int, str] = {
    4: "time/s", 7: "dq/mA.h", 11: "<I>/mA", 13: "(Q-Qo)/mA.h", 23: "dQ/mA.h", 24: "cycle number",
    74: "|Energy|/W.h", 123: "Energy charge/W.h", 124: "Energy discharge/W.h",
    125: "Capacitance charge/µF", 126: "Capacitance discharge/µF", 438: "step time/s",
    467: "Q charge/discharge/mA.h", 878: "Energy ce/W.h", 880: "Energy we/W.h",
    883: "Energy ce charge/W.h", 884: "Energy ce discharge/W.h",
}  # fmt: skip

_COUNTS: dict[int, tuple[str, str]] = {
    39: ("I Range", "u2"),
    131: ("Ns", "u2"),
    468: ("half cycle", "u4"),
    469: ("z cycle", "u4"),
    509: ("AC/DC resistance control", "u1"),
}


def _of_elements() -> dict[int, str]:
    """Columns of a stack's elements 1 to 30, in blocks of 30."""
    blocks = {
        241: "|E{}|/V", 271: "Phase(Z{})/deg", 301: "|Z{}|/Ohm", 331: "Re(Z{})/Ohm", 361: "-Im(Z{})/Ohm",
        391: "<E{}>/V",
    }  # fmt: skip
    return {
        first + element: title.format(element + 1)
        for first, title in blocks.items()
        for element in range(30)
    }  # fmt: skip


def _of_harmonics() -> dict[int, str]:
    """Amplitudes of the harmonics 2 to 7 of voltage and current."""
    firsts = {486: "|Ewe h{}|/V", 492: "|I h{}|/A"}
    return {first + n: title.format(n + 2) for first, title in firsts.items() for n in range(6)}


COLUMNS: dict[int, tuple[str, str]] = {
    **{number: (title, "f4") for number, title in (_SINGLE | _of_elements() | _of_harmonics()).items()},
    **{number: (title, "f8") for number, title in _DOUBLE.items()},
    **_COUNTS,
}
"""Title and type by number. Numbers that are missing here are solved by the width that is left for them."""

BY_WIDTH: dict[int, dict[int, str]] = {
    8: {
        498: "Q charge/mA.h", 499: "Q discharge/mA.h", 500: "step time/s", 501: "Efficiency/%",
        502: "Capacity/mA.h",
    },
    4: {498 + n: f"|Ece h{n + 2}|/V" for n in range(6)},
}  # fmt: skip
"""Numbers that BT-Lab uses for doubles and EC-Lab for the harmonics of Ece: the width tells which."""

WIDTHS = {1: "u1", 2: "u2", 4: "f4", 8: "f8"}
"""How an unknown column of so many bytes is read."""
