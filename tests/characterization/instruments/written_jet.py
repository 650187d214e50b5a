"""Small Access databases (Jet 4) as a cycler writes them: pages, definitions and rows, made here."""

import struct
from typing import Any

PAGE = 4096
LONG, SHORT, SINGLE, DOUBLE, TEXT = 4, 3, 6, 7, 10
_PACK = {LONG: "<i", SHORT: "<h", SINGLE: "<f", DOUBLE: "<d"}

Table = tuple[list[tuple[str, int]], list[list[Any]]]


def _row(columns: list[tuple[str, int]], values: list[Any]) -> bytes:
    fixed, texts, mask = b"", [], 0
    for bit, ((_, kind), value) in enumerate(zip(columns, values, strict=True)):
        mask |= (value is not None) << bit
        if kind == TEXT:
            texts.append((value or "").encode("utf-16-le"))
        else:
            fixed += struct.pack(_PACK[kind], value or 0)
    row, places = struct.pack("<H", len(columns)) + fixed, []
    for text in texts:
        places.append(len(row))
        row += text
    if texts:
        places.append(len(row))
        row += b"".join(struct.pack("<H", place) for place in reversed(places)) + struct.pack(
            "<H", len(texts)
        )
    return row + mask.to_bytes((len(columns) + 7) // 8, "little")


def _definition(columns: list[tuple[str, int]], rows: int) -> bytes:
    head = bytearray(63)
    head[:4] = b"\x02\x01VC"
    struct.pack_into("<I", head, 16, rows)
    struct.pack_into("<HHHI", head, 41, len(columns), sum(k == TEXT for _, k in columns), len(columns), 0)
    entries, place, text = b"", 0, 0
    for number, (_, kind) in enumerate(columns):
        entry = bytearray(25)
        struct.pack_into("<B4xHH", entry, 0, kind, number, text if kind == TEXT else 0)
        entry[15] = 0 if kind == TEXT else 1
        struct.pack_into("<H", entry, 21, place)
        entries += bytes(entry)
        text += kind == TEXT
        place += 0 if kind == TEXT else struct.calcsize(_PACK[kind])
    names = [name.encode("utf-16-le") for name, _ in columns]
    return (bytes(head) + entries + b"".join(struct.pack("<H", len(n)) + n for n in names)).ljust(PAGE, b"\0")


def _data_pages(owner: int, rows: list[bytes]) -> list[bytes]:
    pages: list[bytes] = []
    while rows:
        page, end = bytearray(PAGE), PAGE
        marks: list[int] = []
        while rows and end - len(rows[0]) > 14 + 2 * (len(marks) + 1):
            row = rows.pop(0)
            end -= len(row)
            page[end : end + len(row)] = row
            marks.append(end)
        struct.pack_into("<HHIIH", page, 0, 0x0101, 0, owner, 0, len(marks))
        struct.pack_into(f"<{len(marks)}H", page, 14, *marks)
        pages.append(bytes(page))
    return pages


def jet(tables: dict[str, Table]) -> bytes:
    """A database of these tables: each its columns, by name and kind, and its rows."""
    head = bytearray(PAGE)
    head[:20], head[20] = b"\x00\x01\x00\x00Standard Jet DB\x00", 1
    catalogue_columns = [("Id", LONG), ("Name", TEXT), ("Type", SHORT)]
    numbers = {name: 3 + place for place, name in enumerate(tables)}
    listed = [[number, name, 1] for name, number in numbers.items()]
    pages = [bytes(head), bytes(PAGE), _definition(catalogue_columns, len(listed))]
    pages += [_definition(columns, len(rows)) for columns, rows in tables.values()]
    pages += _data_pages(2, [_row(catalogue_columns, row) for row in listed])
    for name, (columns, rows) in tables.items():
        pages += _data_pages(numbers[name], [_row(columns, row) for row in rows])
    return b"".join(pages)


RECORD = [
    ("Test_ID", LONG), ("Data_Point", LONG), ("Test_Time", DOUBLE), ("Step_Time", DOUBLE), ("DateTime", DOUBLE),
    ("Step_Index", SHORT), ("Cycle_Index", SHORT), ("Current", SINGLE), ("Voltage", SINGLE),
    ("Charge_Capacity", DOUBLE), ("Discharge_Capacity", DOUBLE),
]  # fmt: skip
START = 42587.5
"""2016-08-05 12:00:00 as an OLE date."""


def res(rows: int = 120, tests: tuple[int, ...] = (1,), aux: bool = False) -> bytes:
    """Tests of 10 s per record at 1 mA: charge in cycle 1, discharge in cycle 2; rows stored from the back."""
    records, half = [], rows // 2
    for test in tests:
        for point in range(rows, 0, -1):
            second, k = point > half, (point - 1) % half
            ah = k * 10 / 3600 * 1e-3
            records.append([
                test, point, point * 10.0, k * 10.0, START + point / 8640, 1 + second, 1 + second,
                -0.001 if second else 0.001, 3.5, 0.0 if second else ah, ah if second else 0.0,
            ])  # fmt: skip
    tables: dict[str, Table] = {
        "Channel_Normal_Table": (RECORD, records),
        "Global_Table": (
            [
                ("Test_ID", LONG),
                ("Test_Name", TEXT),
                ("Start_DateTime", DOUBLE),
                ("MASS", SINGLE),
                ("Item_ID", TEXT),
            ],
            [[test, f"cell{test}-01-003", START, 0.0025, None] for test in tests],
        ),
        "Event_Table": (
            [("Test_ID", LONG), ("Test_Time", DOUBLE), ("Event_Type", SHORT), ("Event_Describe", TEXT)],
            [[test, rows * 10.0, 1, "Test end"] for test in tests],
        ),
    }
    if aux:
        tables["Auxiliary_Table"] = (
            [
                ("Test_ID", LONG),
                ("Data_Point", LONG),
                ("Auxiliary_Index", SHORT),
                ("Data_Type", SHORT),
                ("X", SINGLE),
            ],
            [[tests[0], point, 0, 1, 25.0 + point] for point in range(1, rows + 1)],
        )
    return jet(tables)
