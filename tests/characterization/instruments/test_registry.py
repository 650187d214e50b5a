"""The registry: formats found by themselves, files told by what they hold, complaints under the name people know."""

from pathlib import Path

import pytest

from characterization.instruments import registry
from characterization.instruments.base import UnreadableFile
from tests.characterization.instruments.written import nda, vamas, vamas_block, xrdml

STORED = "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08"
BARE = "".join(f"{10 + 0.02 * step:.2f} {100 + step}\n" for step in range(60))


@pytest.fixture
def stored(tmp_path: Path):
    def put(content: bytes | str) -> Path:
        path = tmp_path / STORED
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return put


def test_a_format_is_found_by_being_there():
    names = [reader.name for reader in registry.readers()]
    assert names == sorted(names)
    assert {"bdf", "neware", "panalytical_xrdml", "process_log", "two_column", "vamas"} <= set(names)


@pytest.mark.parametrize(
    ("content", "reader"),
    [
        (nda([(1, 4, 3.0, 0.0, 0.0)]), "neware"),
        ("test_time_second,voltage_volt,current_ampere\n0,3,0\n", "bdf"),
        (xrdml([1, 2, 3]), "panalytical_xrdml"),
        (vamas([vamas_block([[1.0], [2.0]])]), "vamas"),
    ],
)
@pytest.mark.parametrize("name", ["upload", "upload.txt", "upload.csv", "upload.xy", "upload.nda"])
def test_what_a_file_holds_counts_more_than_its_name(stored, content, reader, name):
    assert registry.read(stored(content), name).reader.name == reader


def test_a_complaint_names_the_file_as_people_know_it(stored):
    with pytest.raises(UnreadableFile, match=r"^scan0070\.xrdml ends in the middle of the counts"):
        registry.read(stored(xrdml([1, 2, 3]).partition("</counts>")[0]), "run 7/scan0070.xrdml")


def test_the_known_ending_decides_where_the_content_cannot(stored):
    assert registry.read(stored(BARE), "scan.xy").reader.name == "two_column"
    with pytest.raises(UnreadableFile) as caught:
        registry.read(stored(BARE), "export.csv")
    assert (caught.value.code, caught.value.columns) == ("needs_mapping", ["column 1", "column 2"])


@pytest.mark.parametrize(
    "name", ["..", "a\0b.xy", "x" * 400 + ".xy", "正极" * 150 + ".xy", "../../etc/scan.xy", ""]
)
def test_odd_names_do_no_harm(stored, name):
    try:
        found = registry.read(stored(BARE), name)
    except UnreadableFile as error:
        assert error.code == "unsupported"
    else:
        assert found.recordings[0].table.height == 60


def test_no_bytes_at_all_are_an_empty_file(stored):
    with pytest.raises(UnreadableFile, match="0 bytes arrived") as caught:
        registry.read(stored(b""), "scan.xy")
    assert caught.value.code == "empty"


def test_what_nobody_knows_is_refused_with_what_is_known(stored):
    with pytest.raises(UnreadableFile) as caught:
        registry.read(stored(b"OggS\0\2\0\0"), "memo.ogg")
    assert caught.value.code == "unsupported"
    assert ".ndax" in caught.value.hint


@pytest.mark.parametrize(
    ("head", "words"),
    [
        (b"\x1f\x8b\x08\0", "gzip"),
        (b"7z\xbc\xaf\x27\x1c", "7z"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "Office"),
    ],
)
def test_a_packed_file_or_an_old_workbook_is_told_what_to_do(stored, head, words):
    with pytest.raises(UnreadableFile, match=words) as caught:
        registry.read(stored(head + bytes(200)), "CELL-0007.mpt.gz")
    assert caught.value.code == "unsupported"


@pytest.mark.parametrize(
    ("content", "words"),
    [
        ("<!DOCTYPE html><html><body>Sign in</body></html>", "a web page"),
        ("hello", "BioLogic"),
        ("\0\1\2" * 50, "BioLogic"),
    ],
)
def test_what_is_not_what_its_ending_says_is_told_so(stored, content, words):
    with pytest.raises(UnreadableFile, match=words) as caught:
        registry.read(stored(content), "CELL-0007.mpr")
    assert caught.value.code == "unsupported"
