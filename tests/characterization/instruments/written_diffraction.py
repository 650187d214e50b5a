"""Small diffraction files as vendors' programs write them, made here so that tests run without the corpus."""

import io
import struct
import zipfile
from collections.abc import Mapping, Sequence


def put(size: int, fields: dict[int, tuple[str, object]]) -> bytes:
    """``size`` bytes with values packed at their offsets; texts are padded by zeros."""
    raw = bytearray(size)
    for at, (kind, value) in fields.items():
        struct.pack_into("<" + kind, raw, at, value.encode("cp1252") if isinstance(value, str) else value)
    return bytes(raw)


def raw_v3(ranges: Sequence[tuple[float, float, Sequence[float]]], *, stated: int | None = None) -> bytes:
    """RAW1.01 with ranges of (start 2θ, step, counts), 40 supplementary bytes each."""
    head = put(
        712,
        {
            0: ("8s", "RAW1.01"), 8: ("I", 1), 12: ("I", len(ranges) if stated is None else stated),
            16: ("10s", "03/01/26"), 26: ("10s", "09:30:00"), 326: ("60s", "CCA-7"), 564: ("f", 200.5),
            608: ("4s", "Cu"), 616: ("d", 1.54184), 624: ("d", 1.5406), 632: ("d", 1.54439), 640: ("d", 1.39222),
            648: ("d", 0.5), 656: ("1s", "A"),
        },
    )  # fmt: skip
    body = b""
    for start, step, counts in ranges:
        body += put(
            304 + 40,
            {
                0: ("I", 304), 4: ("I", len(counts)), 8: ("d", start / 2), 16: ("d", start), 168: ("I", 1),
                176: ("d", step), 192: ("f", 0.5), 224: ("I", 45), 228: ("I", 40), 240: ("d", 1.5406),
                252: ("I", 4), 256: ("I", 40),
            },
        )  # fmt: skip
        body += struct.pack(f"<{len(counts)}f", *counts)
    return head + body


def _record(kind: int, payload: bytes) -> bytes:
    return struct.pack("<II", kind, 8 + len(payload)) + payload


def _named(name: str, value: bytes) -> bytes:
    return bytes(4) + name.encode().ljust(24, b"\0") + value


def raw_v4(
    ranges: Sequence[tuple[float, float, Sequence[float]]],
    *,
    axis: str | Sequence[str] = "Locked Coupled",
    floats: int = 1,
    planned: int | None = None,
) -> bytes:
    """RAW4.00 with ranges of (start, step, counts); behind each count stand ``floats`` - 1 other numbers."""
    head = put(
        61,
        {
            0: ("8s", "RAW4.00"), 8: ("I", 0xFFEF), 12: ("12s", "03/01/2026"), 24: ("12s", "09:30:00"),
            36: ("I", 1), 40: ("I", len(ranges)), 44: ("I", 1),
        },
    )  # fmt: skip
    hardware = put(
        136,
        {
            0: ("I", 30), 4: ("I", 136), 24: ("f", 282), 72: ("d", 1.54184), 80: ("d", 1.5406), 88: ("d", 1.54439),
            96: ("d", 1.39222), 104: ("d", 0.5), 116: ("4s", "Cu"), 120: ("1s", "A"),
        },
    )  # fmt: skip
    body = _record(10, _named("SAMPLEID", b"CCA-7\0")) + hardware
    names = [axis] * len(ranges) if isinstance(axis, str) else axis
    for name, (start, step, counts) in zip(names, ranges, strict=True):
        drive = put(64, {0: ("I", 50), 4: ("I", 64), 12: ("24s", "2Theta"), 56: ("d", start)})
        points = len(counts)
        body += put(
            160,
            {
                0: ("I", 0), 4: ("I", planned or points), 8: ("I", planned or points), 32: ("24s", name),
                72: ("d", start), 80: ("d", step), 88: ("I", points), 92: ("f", 77.9), 100: ("f", 30), 104: ("f", 10),
                112: ("d", 1.5406), 124: ("I", floats), 136: ("I", 4 * floats), 140: ("I", len(drive)),
            },
        )  # fmt: skip
        body += drive + b"".join(struct.pack(f"<{floats}f", count, *[9.0] * (floats - 1)) for count in counts)
    return head + body


def stoe(
    counts: Sequence[int], *, start: float = 10.0, step: float = 0.015, wavelength: float = 1.54059
) -> bytes:
    points = len(counts)
    end = start + step * (points - 1)
    head = put(
        2560,
        {
            0: ("14s", "RAW_1.06Powdat"), 16: ("16s", "22-Sep-20 17:18"), 32: ("80s", "CCA-7"),
            322: ("f", wavelength), 326: ("f", wavelength * 1.0025), 2048: ("16s", "22-Sep-20 17:18"),
            2048 + 34: ("H", points), 2048 + 44: ("f", start), 2048 + 48: ("f", start / 2), 2048 + 52: ("f", end),
            2048 + 56: ("f", end / 2), 2048 + 60: ("f", step), 2048 + 64: ("f", step / 2),
            2048 + 120: ("I", min(counts)), 2048 + 124: ("I", max(counts)),
        },
    )  # fmt: skip
    data = struct.pack(f"<{points}i", *counts)
    return head + data + bytes(-len(data) % 512)


def ras(
    scans: Sequence[tuple[float, float, Sequence[float], Sequence[float]]],
    *,
    axis: str | Sequence[str] = "TwoThetaTheta",
    unit: str = "counts",
) -> str:
    """Scans of (start, step, intensities, attenuator factors)."""
    lines = ["*RAS_DATA_START"]
    axes = [axis] * len(scans) if isinstance(axis, str) else axis
    for name, (start, step, counts, factors) in zip(axes, scans, strict=True):
        lines += [
            "*RAS_HEADER_START", '*FILE_SAMPLE "CCA-7 試料"', '*HW_XG_TARGET_NAME "Cu"',
            '*HW_XG_WAVE_LENGTH_ALPHA1 "1.540593"', '*HW_XG_WAVE_LENGTH_ALPHA2 "1.544414"',
            f'*MEAS_DATA_COUNT "{len(counts)}.0000000000"', f'*MEAS_SCAN_AXIS_X_INTERNAL "{name}"',
            f'*MEAS_SCAN_STEP "{step}"', '*MEAS_SCAN_SPEED "12.0"', '*MEAS_SCAN_SPEED_UNIT "deg/min"',
            '*MEAS_SCAN_START_TIME "03/01/26 09:30:00"', f'*MEAS_SCAN_UNIT_Y "{unit}"',
            "*RAS_HEADER_END", "*RAS_INT_START",
        ]  # fmt: skip
        lines += [
            f"{start + step * at:.4f} {count:.4f} {factor:.4f}"
            for at, (count, factor) in enumerate(zip(counts, factors, strict=True))
        ]
        lines += ["*RAS_INT_END"]
    return "\r\n".join([*lines, "*RAS_DATA_END", ""])


def zipped(members: Mapping[str, str | bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in members.items():
            archive.writestr(name, content)
    return out.getvalue()


def rasx(
    scans: Sequence[tuple[float, float, Sequence[float], Sequence[float]]],
    *,
    axis: str | Sequence[str] = "TwoThetaTheta",
    stated: int | None = None,
) -> bytes:
    members: dict[str, str | bytes] = {}
    axes = [axis] * len(scans) if isinstance(axis, str) else axis
    for number, (name, (start, step, counts, factors)) in enumerate(zip(axes, scans, strict=True)):
        rows = zip(counts, factors, strict=True)
        lines = [f"{start + step * at:.4f}\t{count:g}\t{factor:g}" for at, (count, factor) in enumerate(rows)]
        members[f"Data{number}/Profile0.txt"] = "\ufeff" + "\r\n".join([*lines, ""])
        members[f"Data{number}/MesurementConditions0.xml"] = f"""\ufeff<?xml version="1.0" encoding="utf-8"?>
<MeasurementConditions><GeneralInformation><SampleName>CCA-7</SampleName></GeneralInformation>
<HWConfigurations><XrayGenerator><TargetName>Cu</TargetName><WavelengthKalpha1>1.540593</WavelengthKalpha1>
<WavelengthKalpha2>1.544414</WavelengthKalpha2></XrayGenerator></HWConfigurations>
<ScanInformation><AxisName>{name}</AxisName><Step>{step}</Step><Speed>12</Speed><SpeedUnit>deg/min</SpeedUnit>
<IntensityUnit>counts</IntensityUnit><StartTime>2026-03-01T09:30:00Z</StartTime>
<DataCount>{stated or len(counts)}</DataCount></ScanInformation></MeasurementConditions>"""
    return zipped({**members, "root.xml": "<Root/>"})


def brml_range(
    points: Sequence[Sequence[float]],
    *,
    axes: Sequence[str] = ("TwoTheta", "Theta"),
    planned: int | None = None,
    channels: int = 1,
    views: bool = True,
    declaration: str = "",
) -> str:
    """One range; points are of time, absorber factor, a position per axis, counts."""
    data = "".join(f"<Datum>{','.join(f'{value:.10g}' for value in point)}</Datum>" for point in points)
    fields = "".join(f'<FieldDefinitions FieldName="{axis}" AxisId="{axis}"/>' for axis in axes)
    infos = "".join(
        f'<ScanAxisInfo AxisId="{axis}"><Start>10</Start><Increment>0.02</Increment></ScanAxisInfo>'
        for axis in axes
    )
    shown = f"""<DataViews><RawDataView Start="0" Length="1" LogicName="MeasuredTime"/>
<RawDataView Start="1" Length="1" LogicName="AbsorptionFactor"/>
<RawDataView Start="2" Length="{len(axes)}"><Varying>{fields}</Varying></RawDataView>
<RawDataView Start="{2 + len(axes)}" Length="{channels}"><Recording Category="Count"><Unit Base="Counts"/></Recording>
</RawDataView></DataViews>"""
    return f"""<?xml version="1.0"?>{declaration}<RawData>
<TimeStampStarted>2026-03-01T09:30:00.1234567+01:00</TimeStampStarted>
<DataRoutes><DataRoute RouteFlag="Measured"><ScanInformation ScanName="x" VisibleName="Coupled TwoTheta/Theta">
<ScanAxes>{infos}</ScanAxes></ScanInformation>
<SubScans><SubScanInfo Steps="{planned or len(points)}" MeasuredSteps="{len(points)}"/></SubScans>
{data}{shown if views else ""}</DataRoute></DataRoutes>
<FixedInformation><Tube><WaveLengthAlpha1 Unit="Å" Value="1.5406"/><WaveLengthAlpha2 Unit="Å" Value="1.54439"/>
<TubeMaterial>Cu</TubeMaterial><Generator><Voltage Value="30"/></Generator></Tube></FixedInformation></RawData>"""


def brml(ranges: Sequence[str]) -> bytes:
    container = '<DataContainer><MeasurementInfo SampleName="CCA-7" Comment=""/></DataContainer>'
    members: dict[str, str | bytes] = {"Experiment0/DataContainer.xml": container}
    return zipped(members | {f"Experiment0/RawData{at}.xml": text for at, text in enumerate(ranges)})


def uxd(ranges: Sequence[tuple[str, str, str]]) -> str:
    """Ranges of (drive, marker, data), start 10° and step 0.02°."""
    head = (
        "; CCA-7.raw converted by XCH V1.0\n_FILEVERSION=2\n_SAMPLE='CCA-7'\n_DATEMEASURED='01-Mar-2026 09:30:00'\n"
        "_WL1=1.540600\n_WL2=1.544390\n_WLRATIO=0.500000\n_ANODE='Cu'\n"
    )
    for number, (drive, marker, data) in enumerate(ranges, 1):
        head += (
            f"; (Data for Range number {number})\n_DRIVE='{drive}'\n_STEPTIME={number}.0\n_STEPSIZE=0.02\n"
            f"_START={10 * number}.0\n{marker}\n{data}"
        )
    return head
