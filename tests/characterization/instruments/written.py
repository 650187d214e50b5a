"""Small files as instruments write them, made here so that tests run without the corpus."""

import struct

VAMAS_FIRST = "VAMAS Surface Chemical Analysis Standard Data Transfer Format 1988 May 4"


def nda(
    records: list[tuple[int, int, float, float, float]], declared: bool = True, version: int = 8
) -> bytes:
    """A Neware BTS file of version 8: (step, step type, V, mA, mAh) per record, one second apart.

    Currents are written in units of 0.1 mA (range 1000 mA). Record layout: 59 bytes, little endian.
    """
    begin = 400
    body = b""
    for index, (step, kind, volt, milliampere, milliampere_hour) in enumerate(records, 1):
        body += struct.pack(
            "<BIIBBIii8xqqQ4x", 0, index, 1, step, kind, index, round(volt * 1e4), round(milliampere * 10),
            round(milliampere_hour * 36000), round(milliampere_hour * 36000 * volt), 1_700_000_000 + index,
        )  # fmt: skip
    header = bytearray(begin)
    header[:6], header[14] = b"NEWARE", version
    struct.pack_into("<II", header, 16, 120, 42)
    struct.pack_into("<i", header, 120 + 26, 1000)
    struct.pack_into("<II", header, 64, begin, len(body) if declared else 0)
    return bytes(header) + body


def xrdml(
    counts: list[int],
    *,
    version: str = "2.0",
    data: str = "counts",
    positions: str = "<startPosition>10</startPosition><endPosition>20</endPosition>",
    extra: str = "",
    scans: int = 1,
) -> str:
    values = " ".join(map(str, counts))
    scan = f"""<scan appendNumber="0" mode="Continuous" scanAxis="Gonio" status="Completed">
      <header><startTimeStamp>2026-03-01T09:30:00+01:00</startTimeStamp></header>
      <dataPoints><positions axis="2Theta" unit="deg">{positions}</positions>
      <commonCountingTime unit="seconds">12.5</commonCountingTime>{extra}
      <{data} unit="counts">{values}</{data}></dataPoints></scan>"""
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<xrdMeasurements xmlns="http://www.xrdml.com/XRDMeasurement/{version}" status="Completed">
  <sample type="To be analyzed"><id>CCA-7</id><name></name></sample>
  <xrdMeasurement measurementType="Scan" status="Completed">
    <usedWavelength intended="K-Alpha 1"><kAlpha1 unit="Angstrom">1.5405980</kAlpha1>
      <kAlpha2 unit="Angstrom">1.5444260</kAlpha2><ratioKAlpha2KAlpha1>0.5</ratioKAlpha2KAlpha1></usedWavelength>
    <incidentBeamPath><xRayTube><tension unit="kV">40</tension><anodeMaterial>Cu</anodeMaterial></xRayTube>
    </incidentBeamPath>{scan * scans}
  </xrdMeasurement>
</xrdMeasurements>
"""


def vamas_block(
    values: list[list[float]],
    *,
    species: str = "C",
    transition: str = "1s",
    axis: str = "Kinetic Energy",
    start: float = 1190.0,
    step: float = 0.5,
    unit: str = "d",
    dwell: float = 0.1,
    scans: int = 2,
    source: str = "1486.6",
    technique: str = "XPS",
    comments: tuple[str, ...] = (),
    irregular: bool = False,
    mode: str = "NORM",
) -> list[str]:
    """One block; ``values`` hold per point the channels: intensity, then transmission where there are two."""
    names = [["Intensity", unit], ["Transmission", "d"]]
    if irregular:
        names = [[axis, "eV"], *names]
    channels = names[: len(values[0])]
    flat = [f"{number:g}" for point in values for number in point]
    mapped = mode == "MAP"
    return [
        "block name", "CCA-7", "2026", "3", "1", "9", "30", "0", "1",
        str(len(comments)), *comments, technique, *(["1", "1"] if mapped else []),
        "Al (mono)", source, "225", "1E+37", "1E+37", *(["0", "0"] if mapped else []),
        "1E+37", "1E+37", "FAT", "20", "1E+37", "4.2", "0", "1E+37", "1E+37", "0", "0",
        species, transition, "-1",
        *([] if irregular else [axis, "eV", f"{start:g}", f"{step:g}"]),
        str(len(channels)), *(item for channel in channels for item in channel),
        "pulse counting", f"{dwell:g}", str(scans), "0", "0", "0", "0", "0",
        str(len(flat)), *("0" for _ in channels for _ in range(2)), *flat,
    ]  # fmt: skip


def vamas(blocks: list[list[str]], mode: str = "NORM", scan_mode: str = "REGULAR") -> str:
    regions = ["1"] if mode in {"NORM", "MAP"} else []
    positions = ["1", "1", "1"] if mode == "MAP" else []
    head = [VAMAS_FIRST, "Lab", "AXIS", "Alice", "exp 1", "0", mode, scan_mode, *regions, *positions]
    head += ["0", "0", "0", "0", "0", str(len(blocks))]
    return "\r\n".join([*head, *(line for block in blocks for line in block), "end of experiment", ""])
