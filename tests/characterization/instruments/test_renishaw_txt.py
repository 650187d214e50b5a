from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording
from characterization.instruments.formats.renishaw_txt import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome


def read(raw: bytes) -> list[Recording]:
    found = outcome(READER, raw, "a.txt")
    assert isinstance(found, list)
    return found


WAVES = [1800.5 - 1.25 * step for step in range(30)]
SINGLE = "#Wave\t\t#Intensity\r\n" + "".join(f"{x:.6f}\t{at}.500000\r\n" for at, x in enumerate(WAVES))
MAP = "#X\t\t#Y\t\t#Wave\t\t#Intensity\r\n" + "".join(
    f"{place:.3f}\t-2.000\t{x:.6f}\t{place * 100 + at}.000\r\n"
    for place in (0, 1, 2)
    for at, x in enumerate(WAVES)
)


def test_a_spectrum_ascends_and_says_what_it_does_not_know():
    (found,) = read(SINGLE.encode())
    assert found.table["raman_shift_per_cm"].to_list() == WAVES[::-1]
    assert found.table["intensity_counts"].to_list() == [at + 0.5 for at in range(30)][::-1]
    assert {flag.code for flag in found.flags} == {"laser_missing", "axis_unit_missing"}


def test_a_map_has_its_spectra_in_order_with_their_places():
    (found,) = read(MAP.encode())
    assert found.table["spectrum"].unique().sort().to_list() == [1, 2, 3]
    second = found.table.filter(spectrum=2)
    assert second["x_um"].unique().to_list() == [1.0]
    assert second["y_um"].unique().to_list() == [-2.0]
    assert second["intensity_counts"].to_list() == [100.0 + at for at in range(30)][::-1]


def test_a_series_keeps_its_times():
    rows = "".join(f"{t}.5\t{x}\t{at}\n" for t in (0, 7) for at, x in enumerate(WAVES))
    (found,) = read(("#Time\t\t#Wave\t\t#Intensity\n" + rows).encode())
    assert found.table["time_s"].unique().sort().to_list() == [0.5, 7.5]


def test_a_map_that_ends_inside_a_spectrum_is_truncated():
    short = "\r\n".join(MAP.split("\r\n")[:-6]) + "\r\n"
    assert code_of(READER, short.encode(), "map.txt") == "truncated"


@settings(max_examples=150, deadline=None)
@given(st.one_of(damaged(SINGLE.encode()), damaged(MAP.encode())))
def test_a_damaged_file_is_read_or_refused_with_its_name(raw):
    keeps_its_promise(READER, raw, "a.txt")


@settings(max_examples=150, deadline=None)
@given(damaged(MAP.encode()))
def test_a_damaged_map_is_read_or_refused_with_its_name(raw):
    keeps_its_promise(READER, raw, "map.txt")
