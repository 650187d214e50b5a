"""Sorption files that tests write: a few points with their known values, in the layouts of several makers."""

import io
import json
import struct

import xlwt
from openpyxl import Workbook

ADSORBED = [(0.01, 1.0), (0.05, 1.3), (0.1, 1.45), (0.2, 1.7), (0.3, 1.95), (0.5, 2.5), (0.95, 4.0)]
"""Relative pressure and mmol/g."""
DESORBED = [(0.6, 3.0), (0.3, 2.0)]
POINTS = ADSORBED + DESORBED
SATURATION_kPa = 101.325
STP = 22.414
MMHG = 760 / 101.325


def micromeritics_rows(unit="cm³/g STP", points=POINTS):
    """The isotherm page of a report: labels, title, titles of the columns, points."""
    factor = STP if unit.startswith("cm") else 1.0
    rows = [
        ["TriStar II 3020 3.02", "", "Page 1", "", ""],
        ["Sample:", "CARBON-7", "", "", ""],
        ["Started:", "6/17/2017 12:27:21 PM", "Analysis Adsorptive:", "N2", ""],
        ["Sample Mass:", "0.1013 g", "Analysis Bath Temp.:", "77.300 K", ""],
        ["Isotherm Tabular Report", "", "", "", ""],
        [
            "Relative Pressure (P/Po)",
            "Absolute Pressure (mmHg)",
            f"Quantity Adsorbed ({unit})",
            "Elapsed Time (h:min)",
            "Saturation Pressure (mmHg)",
        ],
        ["", "", "", "01:50", SATURATION_kPa * MMHG],
    ]
    return rows + [
        [relative, relative * SATURATION_kPa * MMHG, amount * factor, "02:00", ""]
        for relative, amount in points
    ]


BET_PAGE = [
    ["BET Report", ""],
    ["BET Surface Area:", "194.7493 ± 0.5313 m²/g"],
    ["C:", "107.29"],
    ["Qm:", "44.7434 cm³/g STP"],
    ["Relative Pressure (P/Po)", "Quantity Adsorbed (cm³/g STP)"],
    [0.05, 29.1],
    [0.1, 32.5],
    [0.2, 38.1],
]


def old_book(pages, bars=True):
    """Pages side by side in one sheet, parted by columns of bars, as old xls; or one below the other."""
    sheet = (book := xlwt.Workbook()).add_sheet("Sheet1")
    if not bars:
        for place, row in enumerate(row for page in pages for row in page):
            for column, cell in enumerate(row):
                sheet.write(place, column, cell)
    start = 0
    for page in pages if bars else []:
        width = max(len(row) for row in page)
        for place in range(max(len(one) for one in pages)):
            for column, cell in enumerate(page[place] if place < len(page) else []):
                sheet.write(place, start + column, cell)
            sheet.write(place, start + width, "|")
        start += width + 1
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def micromeritics_text(unit="mmol/g", points=POINTS):
    """The text report of MicroActive, in UTF-16."""
    factor = STP if unit.startswith("cm") else 1.0
    lines = [
        "  MicroActive 3.00    Gemini VII 2390 V1.03    Page 1      ",
        "",
        "     Sample:    CARBON-7                                      ",
        "          Started:    20/07/2020 15:17:42    Analysis adsorptive:    N2            ",
        "      Sample mass:    0.1013 g                   Sat. pressure:    760.000 mmHg  ",
        "",
        "                     Isotherm Tabular Report",
        "",
        "   Relative       Absolute     Quantity    Elapsed    Saturation  ",
        "   Pressure       Pressure     Adsorbed     Time       Pressure   ",
        f"    (p/p°)         (mmHg)    {f'({unit})':^12}  (h:min)      (mmHg)    ",
        "-----",
        "                                                      760.000000  ",
    ]
    lines += [
        f"{rel:13.9f}{rel * 760:14.6f}{amount * factor:12.5f}      02:11                "
        for rel, amount in points
    ]
    return ("\ufeff" + "\r\n".join([*lines, "", "   BET Report", ""])).encode("utf-16-le")


def quantachrome(points=POINTS, mass=0.05):
    """Raw analysis data: the volume is that of the whole sample."""
    lines = [
        "                  Quantachrome® ASiQwin™- Automated Gas Sorption Data",
        "Analysis                                          Report",
        "Operator:      Nicole         Date:09/17/2009 19:56Operator:ir                  Date:2020/05/06",
        "Sample ID:     CARBON-7Filename:     CARBON-7.raw",
        f"Outgas Time:   24.0 hrs            Outgas Temp:   120.0 °C            Sample Weight: {mass} g",
        "Analysis gas:  Nitrogen            Molec. Wt:     28.0134 g           Bath temp.:    77.3 K",
        "",
        "      Press            P0         Volume @ STP        Time             Tol             Equ",
        "",
        "      Torr            Torr             cc              min",
        "",
    ]
    lines += [
        f"      {rel * 760:<15.8g}760.00          {amount * STP * mass:<16.8g}0.0             5               2"
        for rel, amount in points
    ]
    return ("\r\n".join(lines) + "\r\n").encode("cp1252")


def belsorp_dat():
    def table(points):
        head = ['"No."\t"Pe/kPa"\t"P0/kPa"\t"Vd/ml"\t"V/ml(STP) g-1"']
        rows = [
            f"{at}\t{rel * SATURATION_kPa:.6E}\t{SATURATION_kPa}\t31.7\t{amount * STP:.6f}"
            for at, (rel, amount) in enumerate(points, 1)
        ]
        return [*head, *rows, "0\t0\t0\t0\t0"]

    line = "===================="
    lines = [line, " System property Ver1.2.6", line, '"Adsorptive:"\tN2', '"Meas. Temp./K:"\t77.40', line]
    lines += [
        '"Sample weight/g:"\t0.01700',
        '"Comment1:"\t"CARBON-7"',
        '"Date of measurement:"\t16/04/19',
        line,
    ]
    lines += [" Adsorption data", line, *table(ADSORBED), line, " Desorption data", line, *table(DESORBED)]
    return ("\r\n".join(lines) + "\r\n").encode("cp932")


def belsorp_csv(labels=("Adsorptive", "Adsorption temperature", "Sample weight", "COMMENT1"), counts=None):
    gas, temperature, mass, comment = labels
    adsorbed, desorbed = counts or (len(ADSORBED), len(DESORBED))
    lines = [
        "File Name,x.DAT",
        "Date of measurement,13/01/30",
        f"{comment},CARBON-7",
        f"{mass},1.8400E-02,[g]",
        f"{gas},N2",
        f"{temperature},77.000,[K]",
        "Saturated vapor pressure,101.33,[kPa]",
        f"Number of adsorption data point :,{adsorbed}",
        f"Number of desorption data point :,{desorbed}",
        "",
        "No,pi/kPa,pe/kPa,pe2/kPa,p0/kPa,p/p0,Va/cm^3(STP) g^-1",
    ]
    for mark, points in (("ADS", ADSORBED), ("DES", DESORBED)):
        lines.append(mark)
        lines += [
            f"{at},0.0,{rel * SATURATION_kPa:.6f},0.0,{SATURATION_kPa},{rel:.6f},{amount * STP:.6f}"
            for at, (rel, amount) in enumerate(points, 1)
        ]
    return ("\r\n".join(lines) + "\r\n").encode("cp932")


def threep(decimal_text=False):
    book = Workbook()
    summary = book.active
    assert summary is not None
    summary.title = "Summary"
    rows = [
        ("Sample", "CARBON-7"),
        ("Adsorbate", "N2"),
        ("Sample Weight", "0,0304(g)"),
        ("Started Time", "2022-07-06 10:52:04"),
        ("BET Surface Area:", "803,818", "(m²/g)"),
        ("Total Pore Volume at p/p0 = 0,99000:", "0,496", "(cm3/g)"),
        ("BET",),
        ("C:", "2005,00417"),
    ]
    for row in rows:
        summary.append(row)
    sheet = book.create_sheet("Isotherm")
    sheet.append(["Charge Number 1"])
    sheet.append(["ID", "p (kPa)", "p/p0", "V (cm³/g STP)", "p0 (kPa)", "Time"])
    for place, (rel, amount) in enumerate(POINTS, 1):
        if place == len(ADSORBED) + 1:
            sheet.append(["---"] * 6)
        cells = [rel * SATURATION_kPa, rel, amount * STP, SATURATION_kPa]
        shown = [f"{cell:.6f}".replace(".", ",") for cell in cells] if decimal_text else cells
        sheet.append([place, *shown, "11:43:27"])
    raw = io.BytesIO()
    book.save(raw)
    return raw.getvalue()


def pygaps_json(**changes):
    rows = [{"loading": amount, "pressure": relative} for relative, amount in ADSORBED]
    rows += [{"loading": amount, "pressure": relative, "branch": "des"} for relative, amount in DESORBED]  # type: ignore[dict-item]
    said = {
        "file_version": "3.0", "adsorbate": "nitrogen", "material": "CARBON-7", "material_basis": "mass",
        "material_unit": "g", "loading_basis": "molar", "loading_unit": "mmol", "pressure_mode": "relative",
        "pressure_unit": None, "temperature": 77.355, "temperature_unit": "K", "isotherm_data": rows,
    }  # fmt: skip
    return json.dumps(said | changes, indent=1).encode()


def aif(pressure="kPa", loading="'ml(STP) g-1'", scale=SATURATION_kPa, factor=STP):
    lines = [
        "data_carbon", "_audit_aif_version 'd546195'", "_exptl_date 2020-06-03T00:00:00", "_exptl_adsorptive N2",
        "_exptl_temperature 77.0", "_adsnt_sample_mass 0.14320", "_adsnt_sample_id 'CARBON-7'", "_units_temperature K",
        f"_units_pressure {pressure}", "_units_mass g", f"_units_loading {loading}",
    ]  # fmt: skip
    for word, points in (("adsorp", ADSORBED), ("desorp", DESORBED)):
        lines += ["", "loop_", f"_{word}_pressure", f"_{word}_p0", f"_{word}_amount"]
        lines += [f"{rel * scale:.8g} {scale:.8g} {amount * factor:.8g}" for rel, amount in points]
    return ("\n".join(lines) + "\n").encode()


def _part(number, content):
    name = f"SUBSET{number}".encode() + b"\0"
    return name.ljust(12, b"\0") + struct.pack("<HI", number, len(content)) + content


def _text(words):
    raw = words.encode("utf-16-le") + b"\0\0" if words else b""
    return b"\xe0\x01\x00" + struct.pack("<I", len(raw)) + raw


def smp(points=POINTS, mass=0.0848):
    sample = b"".join(map(_text, ("CARBON-7", "Alice", "Bob", "", "Sample:", "Operator:", "Bar Code:", "")))
    sample += b"\1\1\0\0\0" + struct.pack("<d", mass)
    records = [bytes([0xE0]) + bytes(57)]
    for relative, amount in points:
        values = struct.pack("<3d", relative * 760, relative, amount * STP * mass)
        records.append((b"\xe0" + bytes(10) + values).ljust(58, b"\0"))
    results = (
        _text("MicroActive for TriStar II Plus Version 2.03") + b"\3\6" + struct.pack("<I", len(records))
    )
    parts = [
        (301, sample),
        (302, _text("N2")),
        (320, _text("Nitrogen @ 77.35 K")),
        (303, results + b"".join(records)),
    ]
    place = 32 + 18 + 3 + 10 * len(parts)
    directory, body = b"\2" + struct.pack("<H", len(parts)), b""
    for number, content in parts:
        directory += struct.pack("<HII", number, place + len(body), len(content))
        body += _part(number, content)
    head = b"^vMIC##&&FS\0" + b"0200" + struct.pack("<IIII", 1573202659, 1573202659, 32, len(directory))
    return head + _part(101, directory) + body
