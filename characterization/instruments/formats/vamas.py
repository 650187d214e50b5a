"""VAMAS (ISO 14976), ``.vms``, ``.npl``, ``.vamas``: spectra of surface analysis, mostly XPS, many blocks
to a file.

Text, one item per line, no keywords: meaning is position only. A block is a region: an energy axis in eV
(kinetic or binding), intensities in counts (unit ``d``) or counts per second, often the analyser's
transmission beside it, which the intensity is not yet divided by. Binding energy here is excitation energy
minus kinetic energy, without a work function term. Counts become counts per second by dwell time in s x
number of scans; both stand in the meta. Instruments: Kratos, PHI MultiPak, SPECS, Thermo and CasaXPS
exports.

Oddities: items of later blocks may be left out by a list in the header (they are those of the block before), blank
lines before the first, NUL bytes inside labels, ``1E+37`` for "not given", unit ``d`` for
counts per second as well (CasaXPS), CasaXPS' regions and components inside the comments. A file without
``end of experiment`` is cut off. Techniques other than XPS and UPS are kept as they are, over their own
axis.
"""

from __future__ import annotations

from pathlib import Path

import polars as pl

from characterization.instruments.base import Reader, Recording, Technique, UnreadableFile, ending
from characterization.instruments.textual import read_text
from characterization.instruments.vamas_blocks import FORMAT_LINE, Block, Experiment, read_vamas
from characterization.instruments.vamas_table import (
    axis_name,
    entry_of,
    first_channel,
    is_rate,
    other_rows,
    photoelectrons,
)

_PHOTOELECTRONS = ("XPS", "UPS")
_OPENING = FORMAT_LINE[:24].encode()


def _intensity(blocks: list[tuple[int, Block]], tables: list[pl.DataFrame]) -> tuple[list[pl.DataFrame], str]:
    """One name for the intensity of all blocks: counts, or counts/s as soon as one block has them.

    Then counts are divided by dwell time x scans; where these are not given the block's intensity is left
    out (null).
    """
    rates = [is_rate(block, first_channel(block)) for _, block in blocks]
    name = "intensity_cps" if any(rates) else "intensity_counts"
    named: list[pl.DataFrame] = []
    for (_, block), table, rate in zip(blocks, tables, rates, strict=True):
        value = pl.col("intensity")
        if name == "intensity_cps" and not rate:
            seconds = (block.dwell_s or 0.0) * (block.scans or 0.0)
            value = value / seconds if seconds > 0 else pl.lit(None, pl.Float64)
        named.append(table.with_columns(value.alias("intensity")).rename({"intensity": name}))
    return named, name


def _xps_table(blocks: list[tuple[int, Block]], name: str) -> pl.DataFrame:
    tables, intensity = _intensity(blocks, [photoelectrons(block, place, name) for place, block in blocks])
    table = pl.concat(tables, how="diagonal").with_columns(pl.col(pl.Float64).fill_nan(None))
    table = (
        table if table["kinetic_energy_eV"].null_count() < table.height else table.drop("kinetic_energy_eV")
    )
    first = ["region", "block", "binding_energy_eV", intensity]
    return table.select(first + [column for column in table.columns if column not in first])


def _said(label: str) -> bool:
    return bool(label) and label.lower() != "not specified"


def _flag_energies(recording: Recording) -> None:
    table = recording.table
    without = table.filter(pl.col("binding_energy_eV").is_null())
    kinetic = "kinetic_energy_eV" in table.columns
    for place in without["block"].unique().sort():
        kept = kinetic and without.filter(block=place)["kinetic_energy_eV"].null_count() == 0
        why = (
            "no excitation energy is given, its kinetic ones are kept"
            if kept
            else "its energies are not given"
        )
        recording.flag("no_binding_energy", f"Block {place} has no binding energy: {why}.")


def _recording(head: Experiment, technique: str, blocks: list[tuple[int, Block]], name: str) -> Recording:
    entries = [entry_of(block, place, head) for place, block in blocks]
    meta = {
        "institution": head.institution,
        "instrument": head.instrument,
        "operator": head.operator,
        "experiment": head.experiment,
        "comments": head.comments,
        "regions": entries,
    }
    xps = technique in _PHOTOELECTRONS
    others = [] if xps else [other_rows(block, place, name) for place, block in blocks]
    table = _xps_table(blocks, name) if xps else pl.concat(others)
    recording = Recording(Technique.XPS if xps else Technique.OTHER, table, meta=meta)
    samples = dict.fromkeys(block.sample for _, block in blocks if _said(block.sample))
    recording.started_at = next((block.started_at for _, block in blocks if block.started_at), None)
    recording.sample_hints = (*samples, *([head.experiment] if _said(head.experiment) else []))
    recording.title = next(iter(samples), "")
    if xps:
        _flag_energies(recording)
    else:
        recording.units = {"abscissa": axis_name(blocks[0][1])[1], "ordinate": blocks[0][1].channels[0][1]}
    return recording


def read(path: Path) -> list[Recording]:
    """One recording of all XPS blocks, and one for every other technique in the file.

    Raises UnreadableFile for a cut, damaged or empty file, and for maps of single values.
    """
    lines = read_text(path, nuls=True).rstrip("\n").split("\n")
    head, blocks = read_vamas(lines, path.name)
    if not blocks:
        raise UnreadableFile("empty", f"{path.name} holds no spectrum.", "Export it again on the instrument.")
    groups: dict[str, list[tuple[int, Block]]] = {}
    for place, block in enumerate(blocks, 1):
        key = "XPS" if block.technique in _PHOTOELECTRONS else block.technique
        groups.setdefault(key, []).append((place, block))
    recordings = [_recording(head, technique, group, path.name) for technique, group in groups.items()]
    for recording, technique in zip(recordings, groups, strict=True):
        recording.part = technique if len(groups) > 1 else ""
    return recordings


def sniff(head: bytes, name: str) -> int:
    if head.replace(b"\0", b"").lstrip(b"\xff\xfe\xef\xbb\xbf \r\n\t").startswith(_OPENING):
        return 3
    return 1 if ending(name, ".vms", ".npl", ".vamas") else 0


READER = Reader(
    name="vamas",
    version="1.1",
    label="VAMAS (ISO 14976)",
    techniques=(Technique.XPS, Technique.OTHER),
    sniff=sniff,
    read=read,
    extensions=(".vms", ".npl", ".vamas"),
)
