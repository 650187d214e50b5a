"""Tables from outside: which bytes are read as what, which are refused and why, and that what is written comes back."""

from __future__ import annotations

import io
import zipfile
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook

from synthesis import sheets
from synthesis.errors import Refusal
from synthesis.sheets import HeadCell, base

HEAD = [HeadCell("Name"), HeadCell("amount", "g")]


def cells(content: bytes, name: str = "", **options: Any) -> list[list[str]]:
    return [row.cells for row in sheets.read(content, name, **options).rows]


def book(fill: Any) -> bytes:
    made = Workbook()
    fill(made)
    out = io.BytesIO()
    made.save(out)
    return out.getvalue()


def refusal(content: bytes, name: str = "", **options: Any) -> str:
    with pytest.raises(Refusal) as refused:
        sheets.read(content, name, **options)
    assert refused.value.field == "file"
    return refused.value.message


@pytest.mark.parametrize(
    ("text", "encoding", "said"),
    [
        ("名称;数量\n蜜胺;5", "gb18030", "GB18030"),
        ("名称,数量\n三聚氰胺，工业级,5", "gbk", "GB18030"),
        ("Größe;µL\nKöln 5 °C;5", "cp1252", "Windows-1252"),
        ("Prüfung;m²/g\nx;5", "cp1252", "Windows-1252"),
        ("名称;数量 µg\n蜜胺;5", "utf-8", "UTF-8"),
        ("名称;数量\n蜜胺;5", "utf-8-sig", "UTF-8"),
        ("名称;数量 µg\n蜜胺;5", "utf-16", "UTF-16"),
        ("name;amount\nmelamine;5", "utf-16-le", "UTF-16"),
        ("name;amount\nmelamine;5", "utf-16-be", "UTF-16"),
    ],
)
def test_the_encoding_is_told_from_the_bytes_and_said(text: str, encoding: str, said: str) -> None:
    sheet = sheets.read(text.encode(encoding))
    separator = ";" if ";" in text else ","
    assert [row.cells for row in sheet.rows] == [line.split(separator) for line in text.split("\n")]
    assert said in sheet.notes[0]


def test_an_encoding_that_was_chosen_overrules_what_the_bytes_look_like() -> None:
    content = "氮;5".encode("gb18030")
    assert cells(content, encoding="gb18030") == [["氮", "5"]]
    assert cells(content, encoding="cp1252") == [["µª", "5"]]
    assert "byte 1 does not fit" in refusal(content, encoding="utf-8")


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (b"a;b\n1,5;2\n", [["a", "b"], ["1,5", "2"]]),
        (b"a\tb\n1,5\t2", [["a", "b"], ["1,5", "2"]]),
        (b"a,b\r\n1,2\r\n", [["a", "b"], ["1", "2"]]),
        (b"a,b\r1,2\r", [["a", "b"], ["1", "2"]]),
        (b"sep=;\r\na;b\r\n1;2", [["a", "b"], ["1", "2"]]),
        (b'a;b\n"two\nlines; one cell";"say ""x"""\n', [["a", "b"], ["two\nlines; one cell", 'say "x"']]),
        (b"a,b\n\n,,,\n 1 ,2,,,\n", [["a", "b"], ["1", "2"]]),
        (b"name\nonly one column", [["name"], ["only one column"]]),
    ],
)
def test_separators_quotes_and_empty_lines(content: bytes, rows: list[list[str]]) -> None:
    assert cells(content) == rows


def test_rows_keep_the_number_that_the_spreadsheet_gives_them() -> None:
    assert [row.number for row in sheets.read(b"a;b\n\n1;2\n").rows] == [1, 3]


def test_a_formula_is_a_fault_of_its_cell_and_a_guarded_one_is_text() -> None:
    row = sheets.read(b"a;b;c;d;e\n=B2*2;-60 \xc2\xb0C;'=x;-OH;-SUM(A1)\n").rows[1]
    assert row.faults == {
        0: "‘=B2*2’ is a formula. Write its value.",
        4: "‘-SUM(A1)’ is a formula. Write its value.",
    }
    assert row.cells[1:4] == ["-60 °C", "=x", "-OH"]


def test_a_workbook_gives_values_as_one_would_type_them() -> None:
    def fill(made: Any) -> None:
        sheet = made.active
        sheet.append(["name", "mass", "made", "day", "share", "all", "twice", "wrong"])
        sheet.append(
            ["x", 0.1 + 0.2, datetime(2026, 11, 12, 14, 32), datetime(2026, 11, 12), 0.98, True, "=B2*2"]
        )
        sheet["E2"].number_format = "0 %"
        sheet["H2"] = "#REF!"

    row = sheets.read(book(fill)).rows[1]
    assert row.cells[:6] == ["x", "0.3", "2026-11-12 14:32", "2026-11-12", "98%", "yes"]
    assert row.faults == {
        6: "‘=B2*2’ is a formula. Write its value.",
        7: "‘#REF!’ is an error of the spreadsheet. Write the value.",
    }


def test_hidden_sheets_are_left_aside_and_a_visible_one_can_be_chosen() -> None:
    def fill(made: Any) -> None:
        made.active.title = "hidden"
        made.active.append(["secret"])
        made.active.sheet_state = "hidden"
        made.create_sheet("empty")
        made.create_sheet("lots").append(["lot"])
        made.create_sheet("others").append(["other"])

    content = book(fill)
    found = sheets.read(content)
    assert (list(found.names), found.name, found.rows[0].cells) == (
        ["empty", "lots", "others"],
        "lots",
        ["lot"],
    )
    assert cells(content, sheet="others") == [["other"]]
    assert "no visible sheet ‘hidden’. It has: empty, lots, others." in refusal(content, sheet="hidden")


def test_a_file_is_taken_for_what_it_is_and_not_for_its_name() -> None:
    content = book(lambda made: made.active.append(["a", "b"]))
    mislabelled = sheets.read(content, "lots.csv")
    assert mislabelled.rows[0].cells == ["a", "b"]
    assert "ends in .csv, but the file is a workbook" in mislabelled.notes[0]
    other_way = sheets.read(b"a;b\n1;2", "lots.xlsx")
    assert other_way.rows[0].cells == ["a", "b"]
    assert "ends in .xlsx, but the file is text" in other_way.notes[0]


def _zip(files: dict[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in files.items():
            archive.writestr(name, content)
    return out.getvalue()


@pytest.mark.parametrize(
    ("content", "sentence"),
    [
        (b"", "The file is empty: 0 bytes arrived."),
        (b"  \n ", "The file is empty"),
        (b"a;b\x00c\n1;2", "holds NUL bytes"),
        (bytes(range(1, 32)) * 40, "no text and no workbook"),
        (b"%PDF-1.7 ...", "This is a PDF file, not a table."),
        (b"\xd0\xcf\x11\xe0" + b"\x00" * 600, "workbook of the old kind (.xls)"),
        (b"PK\x03\x04 cut short", "damaged or cut short"),
        (_zip({"readme.txt": b"x"}), "a zip archive, not a workbook"),
        (_zip({"xl/workbook.xml": b"<nothing/>"}), "The workbook cannot be read."),
        (b"a;b\n" + b";".join([b"x"] * 201), "Row 2 has 201 columns; a table may have 200."),
        (b"a;b\n" + b"x" * 20_001, "a cell may hold 20,000."),
        (b"a;b\n" + b'"' + b"x;y\n" * 400_000, "Row 2"),
        (b"a\n" * 5_021, "more than 5,000 rows. Split it into files"),
        (b"x" * (20 * 1024**2 + 1), "The file has 20.0 MB; a table may have 20 MB."),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(content: bytes, sentence: str) -> None:
    assert sentence in refusal(content)


def test_a_workbook_that_unpacks_to_gigabytes_is_refused_before_it_is_unpacked() -> None:
    bomb = _zip({"xl/workbook.xml": b"<w/>", "xl/worksheets/sheet1.xml": b"0" * (120 * 1024**2)})
    assert len(bomb) < 1024**2
    assert "unpacks to 120 MB; at most 100 MB are read" in refusal(bomb)


def test_an_entity_bomb_in_a_workbook_is_refused() -> None:
    content = book(lambda made: made.active.append(["a"]))
    parts = {}
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    doctype = b'<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;&a;&a;">]>'
    parts["xl/worksheets/sheet1.xml"] = doctype + parts["xl/worksheets/sheet1.xml"]
    assert "cannot be read" in refusal(_zip(parts))


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ("=1+1", "'=1+1"), ("@x", "'@x"), ("-cmd|x", "'-cmd|x"), ("+49", "'+49"), ("\tx", "'\tx"), ("'=1", "''=1"),
        (Decimal("-3.200000000"), "-3.2"), (-5, "-5"), (1.5e-7, "0.00000015"), (Decimal("1E+3"), "1000"),
        (None, ""), (True, "yes"), ("plain", "plain"), (float("nan"), ""),
    ],
)  # fmt: skip
def test_what_a_spreadsheet_would_compute_is_guarded_and_numbers_stay_numbers(
    value: Any, written: str
) -> None:
    lines = b"".join(sheets.write_csv([HeadCell("a"), HeadCell("b")], [[value, "x"]])).decode("utf-8-sig")
    assert lines.splitlines()[1] == f"{written},x"


def test_a_text_like_a_formula_is_a_string_in_a_workbook() -> None:
    out = sheets.write_xlsx(HEAD, [["=1+1", Decimal("-3.2")], ["#REF!", None]]).read()
    rows = sheets.read(out).rows
    assert [row.cells for row in rows[1:]] == [["=1+1", "-3.2"], ["#REF!"]]
    assert not any(row.faults for row in rows)


TEXTS = st.text(st.characters(exclude_categories=("Cs", "Cc"), include_characters="\t\n"), max_size=12).map(
    str.strip
)
TABLES = st.lists(
    st.lists(TEXTS, min_size=2, max_size=4).filter(lambda row: row[0] != ""), min_size=1, max_size=6
)


def _trimmed(rows: list[list[str]]) -> list[list[str]]:
    """As a reader gives them: empty cells at the end say nothing."""
    kept = []
    for row in rows:
        width = max((place for place, cell in enumerate(row, start=1) if cell), default=0)
        kept.append(row[:width])
    return kept


@given(TABLES)
@settings(max_examples=150, deadline=None)
def test_what_is_written_as_csv_is_read_as_it_was(rows: list[list[str]]) -> None:
    content = b"".join(sheets.write_csv(HEAD, rows))
    assert content.startswith(b"\xef\xbb\xbf")
    assert cells(content)[1:] == _trimmed(rows)
    assert not any(row.faults for row in sheets.read(content).rows)


@given(TABLES)
@settings(max_examples=40, deadline=None)
def test_what_is_written_as_a_workbook_is_read_as_it_was(rows: list[list[str]]) -> None:
    content = sheets.write_xlsx(HEAD, rows).read()
    assert cells(content)[1:] == _trimmed(rows)


@given(st.decimals(allow_nan=False, allow_infinity=False, places=9, min_value=-(10**9), max_value=10**9))
def test_no_digit_of_an_amount_is_lost(amount: Decimal) -> None:
    content = b"".join(sheets.write_csv(HEAD, [["x", amount]]))
    assert Decimal(cells(content)[1][1]) == amount


def test_as_many_rows_as_are_allowed_are_read_beside_the_head() -> None:
    lines = b"".join(f"lot {n};{n}\n".encode() for n in range(base.MAX_ROWS))
    assert len(sheets.read(b"name;amount\n" + lines).rows) == base.MAX_ROWS + 1
