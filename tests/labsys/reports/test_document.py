"""What people typed stays text, and the same data give the same paper."""

from __future__ import annotations

import dataclasses
import hashlib
import re
import shutil
import subprocess
from datetime import UTC, datetime
from typing import Any

import pytest

from labsys.reports import document
from labsys.reports.content import Fact, Graph, Note, Report, StepLine
from labsys.reports.wording import printable

AS_OF = datetime(2026, 11, 12, 14, 32, tzinfo=UTC)
NASTY = '#eval("1+1") #panic() ] [ $x$ \\ \\u{41} *bold* _it_ `raw` @ref <label> // no /* */ "quoted" #{sys.inputs}'


def report(**values) -> Report:
    plain: dict[str, Any] = {field.name: () for field in dataclasses.fields(Report)}
    plain |= dict.fromkeys(
        ("code", "name", "kind", "project", "state", "tone", "as_of", "made_of_it", "limits"), ""
    )
    plain |= dict.fromkeys(
        ("capacity_unit", "retention_label", "cells_remark", "version", "ledger_remark", "signed"), ""
    )
    plain |= {"simulated": False, "revision": 1, "graph": Graph((), (), 176, 9.5, 9.5)}
    return Report(**plain | {"code": "NS-0001", "name": "sponge", "kind": "Nanosponge batch"} | values)


def text_of(pdf: bytes, tmp_path) -> str:
    if shutil.which("pdftotext") is None:
        pytest.skip("pdftotext (poppler-utils) is not installed")
    path = tmp_path / "report.pdf"
    path.write_bytes(pdf)
    done = subprocess.run(["pdftotext", "-layout", str(path), "-"], capture_output=True, check=True)
    return done.stdout.decode()


def test_markup_that_somebody_typed_is_printed_as_it_is(tmp_path):
    pdf = document.pdf(
        report(name=NASTY, notes=[Note("NS-0001", NASTY)], facts=[Fact(NASTY, NASTY)]), [], AS_OF
    )
    words = re.sub(r"\s+", " ", text_of(pdf, tmp_path))
    assert '#eval("1+1") #panic() ] [ $x$ \\ \\u{41} *bold* _it_ `raw` @ref <label> // no /* */' in words


def test_chinese_and_japanese_names_have_letters_and_an_unknown_one_a_box(tmp_path):
    words = text_of(
        document.pdf(report(facts=[Fact("made", "陈伟, 陳偉, さくら 😀 \x07")]), [], AS_OF), tmp_path
    )
    assert "陈伟, 陳偉, さくら □" in words


def test_a_note_of_two_thousand_letters_without_a_blank_fits(tmp_path):
    pdf = document.pdf(report(notes=[Note("NS-0001", "x" * 2000)]), [], AS_OF)
    assert text_of(pdf, tmp_path).count("x") == 2000


def test_a_long_remark_in_a_table_fits(tmp_path):
    line = StepLine("CR-0001", "Ж" * 300, "Ω" * 300, "1", "+1 %", True, "W" * 200)
    words = text_of(document.pdf(report(steps=[line]), [], AS_OF), tmp_path)
    assert (words.count("Ж"), words.count("Ω"), words.count("W")) == (300, 300, 200)


def test_the_same_data_give_the_same_bytes_and_other_data_do_not():
    first, second = (document.pdf(report(), [], AS_OF) for _ in range(2))
    assert first == second
    assert document.pdf(report(name="other"), [], AS_OF) != first


def test_the_hash_is_that_of_the_canonical_json():
    one = report(name="陈")
    text = document.canonical(one)
    assert text.startswith('{"as_of":""') and '"name":"陈"' in text
    assert document.record_hash(one) == hashlib.sha256(text.encode()).hexdigest()


def test_the_foot_names_code_page_and_hash(tmp_path):
    words = text_of(document.pdf(report(), [], AS_OF), tmp_path)
    assert "NS-0001 · page 1 of " in words
    assert f"Record sha256 {document.record_hash(report())[:16]}" in words


def test_empty_sections_say_so_in_a_sentence(tmp_path):
    words = re.sub(r"\s+", " ", text_of(document.pdf(report(), [], AS_OF), tmp_path))
    assert "Nothing has been measured on this sample" in words
    assert "No cell has been built of this sample." in words
    assert "No file belongs to this sample" in words


def test_simulated_stands_in_the_head_of_every_page(tmp_path):
    long = [Note("NS-0001", "line\n" * 200)]
    pages = text_of(document.pdf(report(simulated=True, notes=long), [], AS_OF), tmp_path).split("\f")[:-1]
    assert len(pages) > 2
    assert all("simulated" in page for page in pages)


def test_us_letter_is_a_choice(tmp_path):
    pdf = document.pdf(report(), [], AS_OF, "us-letter")
    assert b"612" in pdf and b"595" not in document_size(pdf)
    assert b"595" in document_size(document.pdf(report(), [], AS_OF))


def document_size(pdf: bytes) -> bytes:
    return b" ".join(re.findall(rb"/MediaBox\s*\[[^\]]*\]", pdf))


def test_it_is_tagged_and_archival():
    pdf = document.pdf(report(), [], AS_OF)
    assert b"/MarkInfo" in pdf
    assert b"<pdfaid:part>2" in pdf or b'pdfaid:part="2"' in pdf


@pytest.mark.parametrize(("text", "shown"), [("a\tb", "a b"), ("\x00", "□"), ("µ ± ₂ ⁺ →", "µ ± ₂ ⁺ →")])
def test_characters_no_face_holds_become_boxes(text, shown):
    assert printable(text) == shown
