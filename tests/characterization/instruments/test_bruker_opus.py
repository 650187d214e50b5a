import struct

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from characterization.instruments.base import Recording, Technique, UnreadableFile
from characterization.instruments.formats.bruker_opus import READER
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome
from tests.corpus import corpus

NAME = "npc.0"
VALUES = np.array([0.1, 0.4, 0.9, 0.2, 0.15, 0.12])


def entry(name: str, value: object) -> bytes:
    if isinstance(value, int):
        body, kind = struct.pack("<i", value), 0
    elif isinstance(value, float):
        body, kind = struct.pack("<d", value), 1
    else:
        text = str(value).encode("cp1252") + b"\0"
        body, kind = text + b"\0" * (len(text) % 2), 2
    return name.encode() + b"\0" + struct.pack("<HH", kind, len(body) // 2) + body


def parameters(**values: object) -> bytes:
    body = (
        b"".join(entry(name, value) for name, value in values.items()) + b"END\0" + struct.pack("<HH", 0, 0)
    )
    return body + b"\0" * (-len(body) % 4)


def opus(
    data_kind: int = 0x100F, values: np.ndarray = VALUES, factor: float = 1.0, unit: str = "WN", second: bool = False,
    points: int | None = None,
) -> bytes:  # fmt: skip
    status = parameters(
        NPT=values.size if points is None else points, FXV=4000.0, LXV=3000.0, CSF=factor,
        MXY=float(values.max() * factor), MNY=float(values.min() * factor), DXU=unit, DPF=1, DAT="06/02/2020",
        TIM="13:09:58.095 (GMT+1)",
    )  # fmt: skip
    origin = parameters(SNM="CCA-0061", CNM="Li")
    blocks = [(data_kind, values.astype("<f4").tobytes()), (data_kind | 0x10, status), (0xA0, origin)]
    if second:
        blocks.append((data_kind, values.astype("<f4").tobytes()))
    place = 24 + 12 * 40
    directory, body = b"", b""
    for kind, payload in blocks:
        directory += struct.pack("<III", kind, len(payload) // 4, place + len(body))
        body += payload
    head = b"\n\n\xfe\xfe" + struct.pack("<dIII", 920622.0, 24, 40, len(blocks))
    return head + directory.ljust(12 * 40, b"\0") + body


def read(raw: bytes) -> Recording:
    found = outcome(READER, raw, NAME)
    assert isinstance(found, list), found
    return found[0]


def test_the_result_is_read_with_its_factor_its_zone_and_its_name():
    found = read(opus(factor=0.5))
    assert found.technique == Technique.FTIR
    assert found.table["absorbance"].to_numpy()[::-1] == pytest.approx(VALUES * 0.5, rel=1e-6)
    assert found.table["wavenumber_per_cm"].to_list() == pytest.approx([3000, 3200, 3400, 3600, 3800, 4000])
    assert found.started_at is not None and found.started_at.isoformat() == "2020-02-06T13:09:58+01:00"
    assert (found.title, found.meta["operator"]) == ("CCA-0061", "Li")


def test_a_transmittance_is_shown_in_percent_and_a_raman_result_over_its_shift():
    assert read(opus(0x140F)).table["transmittance_percent"].max() == pytest.approx(90)
    assert read(opus(0x280F, unit="RSH")).technique == Technique.RAMAN


def test_a_file_with_two_results_is_refused_with_what_to_do():
    found = outcome(READER, opus(second=True), NAME)
    assert isinstance(found, UnreadableFile) and found.code == "unsupported" and "OPUS" in found.hint


def test_a_sample_channel_alone_is_read_and_an_interferogram_alone_is_not():
    assert read(opus(0x407)).meta["single_channel"] is True
    assert code_of(READER, opus(0x807), NAME) == "unsupported"


def test_a_largest_value_that_differs_from_the_stated_one_is_damage():
    raw = bytearray(opus())
    place = raw.index(np.float32(0.9).tobytes())
    raw[place : place + 4] = np.float32(0.5).tobytes()
    assert code_of(READER, bytes(raw), NAME) == "damaged"


def test_more_points_than_bytes_are_a_cut_file():
    assert code_of(READER, opus(points=100), NAME) == "truncated"


@settings(max_examples=300, deadline=None)
@given(damaged(opus()))
def test_damage_gives_a_table_or_a_named_fault(raw: bytes):
    keeps_its_promise(READER, raw, NAME)


@settings(max_examples=100, deadline=None)
@given(st.integers(1, len(opus()) - 1))
def test_a_cut_file_is_never_read_as_a_whole_one(keep: int):
    assert code_of(READER, opus()[:keep], NAME) != "read"


def test_the_corpus_spectrum_has_the_extremes_that_it_states():
    found = READER.read(corpus("characterization/ftir/test.0000"))[0]
    assert found.table.height == 2567
    assert found.table["absorbance"].max() == 6.0
    low, high = found.table["wavenumber_per_cm"].min(), found.table["wavenumber_per_cm"].max()
    assert (low, high) == pytest.approx((699.39, 3998.34), abs=0.01)
    assert found.meta["instrument"] == "VERTEX 80V"
