"""BioLogic files as EC-Lab writes them, small, made here so that tests run without the corpus."""

import struct
from collections.abc import Sequence

FLAG_IDS = (1, 2, 3, 21, 31, 65)
START_DAYS = 45301.46006930556
"""2024-01-10 11:02:29.988, as days since 1899-12-30."""
TECHNIQUE = {"GCPL": 4, "CV": 6, "OCV": 11, "PEIS": 29, "MB": 127}


def module(name: str, version: int, data: bytes, *, new: bool) -> bytes:
    head = b"MODULE" + name.encode().ljust(10) + name.encode().ljust(25)
    if new:
        return head + struct.pack("<IIII", 0xFFFFFFFF, len(data), 0, version) + b"01/10/24" + data
    return head + struct.pack("<II", len(data), version) + b"01/10/24" + data


def pstr(area: bytearray, place: int, text: str) -> None:
    raw = text.encode("cp1252")
    area[place : place + 1 + len(raw)] = bytes([len(raw)]) + raw


def settings(technique: str) -> bytes:
    area = bytearray(0x300)
    area[0] = TECHNIQUE[technique]
    pstr(area, 7, "CELL-7\r\nat 60 °C")
    struct.pack_into("<f", area, 0x107, 12.5)
    pstr(area, 0x11E, "LCO")
    struct.pack_into("<f", area, 0x211, 78.5)
    struct.pack_into("<f", area, 0x24C, 0.001)
    area[0x250], area[0x251] = 3, 1
    struct.pack_into("<f", area, 0x25C, 1.8)
    return bytes(area)


def log() -> bytes:
    area = bytearray(0x400)
    area[9] = 7
    struct.pack_into("<I", area, 0xAB, 69336)
    struct.pack_into("<d", area, 585, START_DAYS)
    pstr(area, 0x251, "C:\\Users\\alice\\Data\\CELL-7_02_GCPL_C08.mpr")
    pstr(area, 0x351, "192.0.2.7")
    pstr(area, 0x3B7, "11.50")
    pstr(area, 0x3CF, "0858")
    return bytes(area)


Column = tuple[int, str, Sequence[float]]
Columns = Sequence[Column]


def data(columns: Columns, flags: Sequence[int] | None, version: int) -> bytes:
    """The table: columns are (number, type as in struct, values), flags are one byte per row before them."""
    rows = len(columns[0][2])
    ids = [*(FLAG_IDS if flags is not None else ()), *(number for number, _, _ in columns)]
    wide, first = version >= 10, {0: 100, 2: 405, 3: 406, 11: 1007}[version]
    head = struct.pack("<IH" if wide else "<IB", rows, len(ids))
    head += bytes(ids) if version == 0 else struct.pack(f"<{len(ids)}H", *ids)
    head = head.ljust(first, b"\0") if version in (0, 2) else head.ljust(first - 1, b"\0") + b"\1"
    body = b"".join(
        (bytes([flags[row]]) if flags is not None else b"")
        + b"".join(struct.pack(f"<{kind}", values[row]) for _, kind, values in columns)
        for row in range(rows)
    )
    return head + body


def mpr(
    columns: Columns,
    technique: str = "GCPL",
    *,
    flags: Sequence[int] | None = None,
    version: int = 11,
    logged: bool = True,
    loops: Sequence[int] = (),
    analog: str = "",
) -> bytes:
    new = version >= 10
    own = 10 if new else 0
    raw = b"BIO-LOGIC MODULAR FILE\x1a".ljust(48) + bytes(4)
    raw += module("VMP Set", own, settings(technique), new=new)
    if analog:
        area = bytearray(0x100)
        pstr(area, 0x36 + new, analog)
        raw += module("VMP ExtDev", own, bytes(area), new=new)
    raw += module("VMP data", version, data(columns, flags, version), new=new)
    if logged:
        raw += module("VMP LOG", own, log(), new=new)
    if loops:
        raw += module(
            "VMP loop", own, struct.pack(f"<I{len(loops)}I", len(loops), *loops).ljust(280, b"\0"), new=new
        )
    return raw


CC, CV, REST, NS_CHANGES = 1, 2, 3, 0x20
GCPL_COLUMNS: list[Column] = [
    (131, "H", [0, 1, 1, 1, 2, 2]),
    (4, "d", [30.0, 40.0, 76.0, 112.0, 148.0, 184.0]),
    (7, "d", [0.0, 0.0, 0.02, 0.01, -0.01, -0.02]),
    (13, "d", [0.0, 0.0, 0.02, 0.03, 0.02, 0.0]),
    (6, "f", [3.0, 3.5, 3.75, 4.0, 3.75, 3.5]),
    (468, "I", [0, 0, 0, 0, 1, 1]),
]
GCPL_FLAGS = [REST, CC | NS_CHANGES, CC, CV, CC | NS_CHANGES, CC]
EIS_COLUMNS: list[Column] = [
    (32, "f", [0.0, 1000.0, 100.0, 10.0, 1000.0, 100.0, 10.0]),
    (37, "f", [0.0, 10.0, 11.0, 12.0, 20.0, 21.0, 22.0]),
    (38, "f", [0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0]),
    (4, "d", [1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0]),
    (77, "f", [3.5] * 7),
    (76, "f", [0.25] * 7),
]
MB_COLUMNS: list[Column] = [
    (131, "H", [0, 1, 1, 2, 2]),
    (4, "d", [0.0, 36.0, 72.0, 80.0, 90.0]),
    (6, "f", [3.0, 3.5, 4.0, 4.0, 4.0]),
    (8, "f", [0.0, 1.0, 1.0, 0.0, 0.0]),
    (7, "d", [0.0, 0.01, 0.01, 0.0, 0.0]),
    (32, "f", [0.0, 0.0, 0.0, 1000.0, 100.0]),
    (36, "f", [0.0, 0.0, 0.0, 10.0, 20.0]),
    (35, "f", [0.0, 0.0, 0.0, -30.0, -90.0]),
]
MB_FLAGS = [REST, CC, CC, REST, REST]


def number(value: float, decimals: int) -> str:
    """A number as EC-Lab writes it: ``3.015299923827115E+001``."""
    mantissa, _, exponent = f"{value:.{decimals}E}".partition("E")
    return f"{mantissa}E{exponent[0]}{int(exponent[1:]):03d}"


GCPL_TITLES = (
    "mode", "Ns changes", "Ns", "time/s", "dq/mA.h", "(Q-Qo)/mA.h", "Ewe/V", "half cycle", "<I>/mA",
    "cycle number", "Temperature/°C",
)  # fmt: skip
GCPL_ROWS = [
    (3, 0, 0, 30.0, 0.0, 0.0, 3.0, 0, 0.0, 0.0, 25.0),
    (1, 1, 1, 40.0, 0.0, 0.0, 3.5, 0, 0.0, 0.0, 25.0),
    (1, 0, 1, 76.0, 0.02, 0.02, 3.75, 0, 2.0, 0.0, 25.0),
    (2, 0, 1, 112.0, 0.01, 0.03, 4.0, 0, 1.0, 0.0, 25.5),
    (1, 1, 2, 148.0, -0.01, 0.02, 3.75, 1, -1.0, 0.0, 25.0),
    (1, 0, 2, 184.0, -0.02, 0.0, 3.5, 1, -2.0, 0.0, 25.0),
]
EIS_TITLES = ("freq/Hz", "Re(Z)/Ohm", "-Im(Z)/Ohm", "time/s", "<Ewe>/V", "<I>/mA", "cycle number")
EIS_ROWS = [
    (0.0, 0.0, 0.0, 1.0, 3.5, 0.25, 1.0),
    (1000.0, 10.0, 1.0, 2.0, 3.5, 0.25, 1.0),
    (100.0, 11.0, 2.0, 3.0, 3.5, 0.25, 1.0),
]
HEADER = """Galvanostatic Cycling with Potential Limitation

Run on channel : 8 (SN 21637)
User : alice
Ewe ctrl range : min = 2.50 V, max = 4.50 V
Safety Limits :
	Do not start on E overload
Acquisition started on : 05/28/2025 14:23:16.145
Technique started on : 05/28/2025 14:23:46.145
Saved on :
	File : CELL-7_02_GCPL_C08.mpr
	Directory : C:\\Users\\alice\\Data\\
	Host : 192.0.2.7
Device : VMP3 (SN 0858)
Address : 192.0.2.34
EC-Lab for windows v11.61 (software)
Electrode material : LCO
Comments : CELL-7
Comments : at 60 °C
Mass of active material : 12.500 mg
 at x = 0.000
Battery capacity : 1800.000 µA.h
Electrode surface area : 0.785 cm²
Characteristic mass : 0.001 g
"""
PARAMETERS = (
    ("Ns", "0", "1", "2"), ("Set I/C", "I", "I", ""), ("dE/dt", "50.000", "", ""),
    ("dE/dt unit", "mV/s", "", ""),
)  # fmt: skip


def rows_of(rows: Sequence[Sequence[float]], decimals: int = 7) -> str:
    return "\n".join(
        "\t".join(str(v) if isinstance(v, int) else number(v, decimals) for v in row) for row in rows
    )


def mpt(
    titles: Sequence[str] = GCPL_TITLES,
    rows: Sequence[Sequence[float]] = GCPL_ROWS,
    header: str = HEADER,
    loops: Sequence[tuple[int, int]] = (),
    first: str = "EC-Lab ASCII FILE",
    behind: str = "\t",
) -> str:
    """The text with LF; no line break behind the last row, as EC-Lab has it."""
    table = "".join("".join(cell.ljust(20) for cell in row) + "\n" for row in PARAMETERS) if header else ""
    passes = "".join(f"Loop {i} from point number {a} to {b}\n" for i, (a, b) in enumerate(loops))
    looped = f"\nNumber of loops : {len(loops)}\n{passes}" if loops else ""
    middle = f"\n{header}{table}{looped}\n" if header else ""
    count = middle.count("\n") + 3
    return f"{first}\nNb header lines : {count}                   \n{middle}" + (
        "\t".join(titles) + behind + "\n" + rows_of(rows)
    )
