"""Photoelectron files as the tests write them: small, whole, of every vendor's layout."""

import struct
from io import BytesIO

import numpy as np
import openpyxl
from openpyxl.worksheet.worksheet import Worksheet

ENERGIES = [290.0 - 0.5 * place for place in range(21)]
COUNTS = [100.0 + 900 * 2.0 ** (-((energy - 285) ** 2)) for energy in ENERGIES]


def specs_xy(
    *, axis: str = "Binding Energy", scans: int = 1, planned: int = 21, excitation: str = "1486.61"
) -> str:
    lines = ["# Created by:        SpecsLab Prodigy, Version 4.100", f"#   Energy Axis:              {axis}",
             "#   Count Rate:               Counts per Second", "#", "# Group:   1 CCA-7", "#",
             "# Region:   C1s", "# Acquisition Date:   08/24/23 14:19:47 UTC", f"# Values/Curve:   {planned}",
             "# Dwell Time:   0.1", *([f"# Excitation Energy:   {excitation}"] if excitation else []),
             "# Pass Energy:   20", "#", f"# Number of Scans: {scans}"]  # fmt: skip
    for scan in range(scans):
        lines += [f"# Cycle: 0, Curve: 0, Scan: {scan}", "#", "# ColumnLabels:   energy counts/s", "#"]
        lines += [
            f"{energy:g}  {count + 10 * scan:.3f}" for energy, count in zip(ENERGIES, COUNTS, strict=True)
        ]
        lines += [""]
    return "\n".join(lines) + "\n"


NOTE = ["Region Name=C1s", "Pass Energy=50", "Number of Sweeps=10", "Excitation Energy=650", "Step Time=203",
        "Sample=CCA-7", "Energy Step=0.5", "Date=2023-03-08", "Time=11:29:33"]  # fmt: skip


def scienta_txt(axis: str = "Binding Energy [eV]", points: int = 21) -> str:
    scale = " ".join(f"{energy:g}" for energy in ENERGIES)
    rows = [f" {energy:.6E}  {count:.6E}" for energy, count in zip(ENERGIES, COUNTS, strict=True)]
    return "\n".join(
        ["[Info]", "Number of Regions=0001", "Version=1.3.1", "", "[Region 1]", "Region Name=C1s",
         f"Dimension 1 name={axis}", f"Dimension 1 size={points}", f"Dimension 1 scale={scale}", "", "[Info 1]", *NOTE,
         "[Run Mode Information 1]", "", "[Data 1]", *rows, "", ""]
    )  # fmt: skip


def igor_wave(
    note: str = "[SES]\r" + "\r".join(NOTE) + "\r", axis: str = "Binding Energy [eV]", order: str = "<"
) -> bytes:
    """A version 5 wave; the checksum makes the 16-bit words of the heads sum up to zero."""
    values = np.array(COUNTS, dtype=f"{order}f8").tobytes()
    head = bytearray(384)
    struct.pack_into(f"{order}hhi4i", head, 0, 5, 0, 320 + len(values), 0, len(note), 13, len(axis))
    struct.pack_into(f"{order}ih", head, 76, 21, 4)
    head[92:97] = b"C1s_1"
    struct.pack_into(f"{order}4i", head, 132, 21, 0, 0, 0)
    struct.pack_into(f"{order}8d", head, 148, -0.5, 1, 1, 1, 290.0, 0, 0, 0)
    words = int(np.frombuffer(bytes(head), f"{order}i2").sum(dtype=np.int64))
    struct.pack_into(f"{order}H", head, 2, -words & 0xFFFF)
    return bytes(head) + values + note.encode() + b"Counts [a.u.]" + axis.encode()


def phi(levels: int = 1, kind: str = "SPECTRUM", points: int = 21) -> bytes:
    region = (
        f"1 1 C1s 111 {points} -0.5000 290.0000 {290 - 0.5 * (points - 1):.4f} 290 280 0.120000 55.00 AREA"
    )
    lines = ["SOFH", "Platform: PC", f"FileType:  {kind}", "FileDesc: (1, CCA-7)", "AnalyserWorkFcn: 4.506 eV",
             "NoSpectralReg: 1", f"SpectralRegDef: {region}", "XraySource: Al 1486.6 mono", "EOFH"]  # fmt: skip
    values = np.tile(np.array(COUNTS, dtype="<f4"), levels).tobytes()
    block = bytearray(96)
    struct.pack_into("<6I", block, 0, 1, 1, 1, 1, 1, 21)
    block[56:59], block[72:74] = b"c/s", b"f4"
    struct.pack_into("<2I", block, 76, len(values), 112)
    return "\r\n".join([*lines, ""]).encode() + struct.pack("<4I", 1, 1, 96, 16) + bytes(block) + values


def specs_xml(
    shifts: tuple[float, ...] = (-0.05, 0.0, 0.05), scans: int = 2, mode: str = "FixedAnalyzerTransmission"
) -> str:
    """Each detector sees the line of ``COUNTS`` shifted by its place: 20 eV pass energy, 0.5 eV steps, 2 steps more."""
    head, points = 2, 21
    axis = 1196.6 + 0.5 * np.arange(-head, points + head)
    seen = [np.round(100 + 900 * 2.0 ** (-((axis + shift * 20 - 1201.6) ** 2))) for shift in shifts]
    flat = "\n".join(f"{value:.0f}" for value in np.array(seen).T.ravel())
    detectors = "".join(f'<struct><double name="shift">{shift}</double></struct>' for shift in shifts)
    counts = (
        f'<sequence name="counts" length="{axis.size * len(shifts)}"><ulong>\n{flat}\n</ulong></sequence>'
    )
    scan = f"<struct>{counts}</struct>"
    return f"""<?xml version="1.0"?>
<!-- CORBA XML document created by XMLSerializer2 -->
<!DOCTYPE any [
<!ELEMENT any (any|struct)?>
<!ATTLIST any name NMTOKEN #IMPLIED>
]>
<any version="1.6"><sequence length="1" type_id="IDL:specs.de/Serializer/RegionGroupSeq:1.0"><struct>
<string name="name">CCA-7</string><sequence name="regions" length="1"><struct><string name="name">1 C1s</string>
<struct name="region"><struct name="scan_mode"><string name="name">{mode}</string></struct>
<ulong name="num_scans">{scans}</ulong><ulong name="values_per_curve">{points}</ulong>
<double name="dwell_time">0.1</double>
<double name="scan_delta">0.5</double><double name="excitation_energy">1486.6</double>
<double name="kinetic_energy">1196.6</double><double name="pass_energy">20</double></struct>
<ulong name="mcd_head">{head}</ulong><ulong name="mcd_tail">{head}</ulong>
<struct name="analyzer_info"><sequence name="detectors">{detectors}</sequence></struct>
<sequence name="cycles" length="1"><struct><ulong name="time">1643415878</ulong>
<sequence name="scans" length="{scans}">{scan * scans}</sequence></struct></sequence>
</struct></sequence></struct></sequence></any>
"""


def casa_txt(fitted: bool = False) -> str:
    names = "\tC-C\tC-O" if fitted else "\t\t"
    more = "\tC-C\tC-O\tBackground\tEnvelope" if fitted else ""
    lines = ["Cycle 4:CCA-7:C1s", "\tCharacteristic Energy eV\t1.486600e+003\tAcquisition Time s\t2.000000e-001",
             f"Name{names}", f"Position{chr(9)}284.8\t286.3" if fitted else "Position\t\t", 
             "FWHM\t\t", "Area\t\t", "Lineshape\t\t",
             f"K.E.\tCounts{more}\t\tB.E.\tCPS{more}"]  # fmt: skip
    for energy, count in zip(ENERGIES, COUNTS, strict=True):
        rest = "\t1\t2\t3\t4" if fitted else ""
        lines.append(f"{1486.6 - energy:.6e}\t{count:.6e}{rest}\t\t{energy:.6e}\t{count / 0.2:.6e}{rest}")
    return "\n".join([*lines, ""])


CASA_REPORT = (
    "C:\\spectra\\a.vms\t\n\nName\tPosition\tFWHM\tRaw Area\tArea/(RSF*T*MFP)\t%At Conc\tGoodness of Fit\t\n"
    "C 1s\t284.80\t1.20\t900.5\t9.005\t60.00\t-1.#IND\t\nO 1s\t532.10\t1.90\t400.2\t4.002\t40.00\t-1.#IND\t\n\n\n"
    "Peak Area Results Compact form (Atomic Concentrations)\nName\t%Conc\tSample Identifier\n"
    "\tSt.Dev.\nC 1s\t60.00\tCCA-7\n"
)


def table(titles: str, separator: str = ",", mark: str = ".") -> str:
    rows = [(f"{e:.3f}{separator}{c:.3f}").replace(".", mark) for e, c in zip(ENERGIES, COUNTS, strict=True)]
    return "\n".join([titles, *rows, ""])


def avantage(declared: int = 21, rows: int = 21) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    assert isinstance(sheet, Worksheet)
    sheet.title = "C1s Scan"
    for _ in range(6):
        sheet.append([""])
    sheet["A6"] = "\ufeff"
    sheet.append(["Axis", "Energy", "Elements=", declared])
    sheet.append(["C:\\data"])
    sheet.append(
        [
            "Binding Energy (E)",
            None,
            None,
            None,
            "C1s C-C, C-H",
            "C1s C-O",
            "Backgnd.",
            "Envelope",
            "Residuals",
        ]
    )
    sheet.append(["eV", None, "Counts / s", None, *["Counts / s"] * 5])
    for energy, count in list(zip(ENERGIES, COUNTS, strict=True))[:rows]:
        inside = 282 < energy < 288
        first, second = (count - 20, 120.0) if inside else (0, 0)
        base = 100.0 if inside else 0
        sheet.append([energy, None, count, None, first, second, base, count, 0])
    found = book.create_sheet("Quantifications")
    found.append([" ", "Name ", "Peak BE", "FWHM eV", "Area (P) CPS.eV", "Atomic %"])
    found.append([None, "C1s C-O", 286.2, 1.8, 60.0, 10.0])
    found.append([None, "C1s C-C, C-H sp3", 285.0, 2.0, 1400.0, 90.0])
    titles = book.create_sheet("Titles")
    for row in (
        ["22:56:55  Thursday, November 14, 2024"],
        ["CCA-7"],
        ["Carbon BE", 284.8],
        ["Data Files :", "Title"],
    ):
        titles.append(row)
    kept = BytesIO()
    book.save(kept)
    return kept.getvalue()
