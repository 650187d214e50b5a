"""How long a pixel is, as microscopes write it into their pictures; and what else they say there.

The tags as they are known, not yet held against a real file of each maker. FEI/Thermo
write text of sections into TIFF tag 34682 (older 34680), ``PixelWidth`` in metres under
``[Scan]``; Zeiss SmartSEM text into tag 34118 (``AP_IMAGE_PIXEL_SIZE`` and below it ``Image Pixel Size = 5.58 nm``);
TESCAN text into tag 50431 (``PixelSizeX`` in metres). JEOL (``$$SM_MICRON_BAR`` pixels are ``$$SM_MICRON_MARKER``) and
Hitachi (``PixelSize`` in nm) write a text beside the picture, which some programs put into it. OME-XML has
``PhysicalSizeX``, and ImageJ names a unit for the TIFF resolution. An ordinary resolution in dots per inch is none: it
is how large a picture is printed. It counts only where the maker of a microscope signed the file and it is finer than
any print.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from xml.etree.ElementTree import ParseError

from characterization.instruments.xmlsafe import child, parse_xml

FEI, FEI_OLD, ZEISS, TESCAN = 34682, 34680, 34118, 50431
DESCRIPTION, MAKE, MODEL, SOFTWARE, COMMENT = 270, 271, 272, 305, -1
X_RESOLUTION, Y_RESOLUTION, RESOLUTION_UNIT = 282, 283, 296
LEAST_NM, MOST_NM = 1e-4, 1e6
FINER_THAN_PRINT_NM = 10_000.0
SAME = 1e-3
_UNITS_NM = {
    "pm": 1e-3,
    "å": 0.1,
    "angstrom": 0.1,
    "nm": 1.0,
    "um": 1e3,
    "micron": 1e3,
    "microns": 1e3,
    "mm": 1e6,
    "m": 1e9,
}
_MAKERS = ("fei", "thermo", "zeiss", "jeol", "hitachi", "tescan", "phenom", "delong", "coxem", "keyence")
_LENGTH = re.compile(r"([-+]?\d*[.,]?\d+(?:[eE][-+]?\d+)?)\s*([A-Za-zµμÅå\\0-9]*)")
_NM_PER_RESOLUTION = {2: 25.4e6, 3: 1e7}


@dataclass
class Scale:
    """``pixel_nm`` across and ``height_nm`` down; ``source`` says in words where it stands. ``size_px`` is the width
    that the microscope gave it for. ``told`` is what else stands there: voltage, magnification, detector."""

    source: str
    pixel_nm: float | None = None
    height_nm: float | None = None
    size_px: int | None = None
    told: dict[str, Any] = field(default_factory=dict)


def scale_of(texts: Mapping[int, str], numbers: Mapping[int, float], name: str) -> Scale | None:
    """The first scale that stands in the texts of a picture (by TIFF tag; COMMENT for others), else None.

    ``numbers`` are the resolution's tags. Raises UnreadableFile for XML that is an attack.
    """
    found = [one for one in (reads(texts) for reads in _READS) if one is not None]
    found += [one for one in (_ome(texts, name), _imagej(texts, numbers), _signed(texts, numbers)) if one]
    if not found:
        return None
    best = next((one for one in found if one.pixel_nm is not None), found[0])
    for other in found:
        best.told = {**other.told, **best.told}
    return best


def length_nm(text: str, unit: str = "") -> float | None:
    """``5.58 nm``, ``10um``, ``2,5 µm`` in nm; ``unit`` stands for one that is missing. None where it is no length."""
    found = _LENGTH.match(text.strip())
    if found is None:
        return None
    written = (found[2] or unit).lower().replace("µ", "u").replace("μ", "u").replace("\\u00b5", "u")
    factor = _UNITS_NM.get(written)
    return float(found[1].replace(",", ".")) * factor if factor else None


def _sections(text: str) -> dict[str, str]:
    """``[Scan]`` and ``PixelWidth=1e-9`` as ``scan.pixelwidth``; lines without ``=`` are left out."""
    found, section = {}, ""
    for line in text.replace("\r", "\n").split("\n"):
        head = re.fullmatch(r"\s*\[([^\]]{1,60})\]\s*", line)
        if head:
            section = head[1].lower() + "."
        elif "=" in line:
            key, _, value = line.partition("=")
            found[section + key.strip().lower()] = value.strip()
    return found


def _number(text: str | None) -> float | None:
    try:
        return float((text or "").replace(",", "."))
    except ValueError:
        return None


def _times(value: float | None, factor: float) -> float | None:
    return None if value is None else value * factor


def _fei(texts: Mapping[int, str]) -> Scale | None:
    said = _sections(texts.get(FEI) or texts.get(FEI_OLD) or "")
    if not said:
        return None
    told = {
        "maker": "FEI/Thermo",
        "instrument": said.get("system.systemtype"),
        "voltage_kV": _times(_number(said.get("beam.hv")), 1e-3),
        "working_distance_mm": _times(_number(said.get("stage.workingdistance")), 1e3),
        "detector": said.get("detectors.name"),
        "user_text": said.get("user.usertext"),
    }
    width, height = (_times(_number(said.get(f"scan.pixel{side}")), 1e9) for side in ("width", "height"))
    size = _number(said.get("image.resolutionx"))
    return Scale("FEI/Thermo, PixelWidth under [Scan]", width, height, int(size) if size else None, told)


def _after(text: str, key: str) -> str:
    """What stands below the line ``key``, behind its ``=`` or ``:``: of ``Pixel Size = 5.58 nm`` it is ``5.58 nm``."""
    found = re.search(rf"^{key}\s*\r?\n[^=:\r\n]*[=:]\s*([^\r\n]*)", text, re.MULTILINE)
    return found[1].strip() if found else ""


def _zeiss(texts: Mapping[int, str]) -> Scale | None:
    text = texts.get(ZEISS, "").replace("\r\n", "\n")
    if not text:
        return None
    key = "AP_IMAGE_PIXEL_SIZE" if _after(text, "AP_IMAGE_PIXEL_SIZE") else "AP_PIXEL_SIZE"
    stored = re.match(r"(\d+)\s*\*\s*\d+", _after(text, "DP_IMAGE_STORE"))
    voltage = re.match(r"([\d.]+)\s*kV", _after(text, "AP_ACTUALKV"))
    distance = length_nm(_after(text, "AP_WD"))
    told = {
        "maker": "Zeiss",
        "voltage_kV": float(voltage[1]) if voltage else None,
        "working_distance_mm": _times(distance, 1e-6),
        "magnification": _after(text, "AP_MAG") or None,
        "detector": _after(text, "DP_DETECTOR_CHANNEL") or None,
        "user_text": _after(text, "SV_USER_TEXT") or None,
    }
    size = int(stored[1]) if stored else None
    return Scale(f"Zeiss, {key}", length_nm(_after(text, key)), None, size, told)


def _tescan(texts: Mapping[int, str]) -> Scale | None:
    said = _sections(texts.get(TESCAN, ""))
    widths = {
        key.rpartition(".")[2]: _times(_number(value), 1e9)
        for key, value in said.items()
        if "pixelsize" in key
    }
    if "pixelsizex" not in widths:
        return None
    return Scale(
        "TESCAN, PixelSizeX", widths["pixelsizex"], widths.get("pixelsizey"), told={"maker": "TESCAN"}
    )


def _jeol(texts: Mapping[int, str]) -> Scale | None:
    text = next((one for one in texts.values() if "$SM_MICRON_BAR" in one), "")
    said = dict(re.findall(r"^\$+(\w+)[ \t]+([^\r\n]+)", text, re.MULTILINE))
    bar, marker = _number(said.get("SM_MICRON_BAR")), length_nm(said.get("SM_MICRON_MARKER", ""))
    if not text:
        return None
    size = re.match(r"(\d+)", said.get("CM_FULL_SIZE", ""))
    told = {
        "maker": "JEOL",
        "instrument": said.get("CM_INSTRUMENT"),
        "voltage_kV": _number(said.get("CM_ACCEL_VOLT")),
        "magnification": said.get("CM_MAG"),
        "user_text": said.get("CM_TITLE"),
    }
    pixel = marker / bar if bar and marker else None
    return Scale(
        "JEOL, SM_MICRON_MARKER over SM_MICRON_BAR", pixel, None, int(size[1]) if size else None, told
    )


def _hitachi(texts: Mapping[int, str]) -> Scale | None:
    text = next((one for one in texts.values() if "[SemImageFile]" in one), "")
    said = _sections(text)
    if not said:
        return None
    size = re.match(r"(\d+)", said.get("semimagefile.datasize", ""))
    told = {
        "maker": "Hitachi",
        "instrument": said.get("semimagefile.instructname"),
        "magnification": said.get("semimagefile.magnification"),
        "user_text": said.get("semimagefile.samplename"),
    }
    pixel = _number(said.get("semimagefile.pixelsize"))
    return Scale("Hitachi, PixelSize", pixel, None, int(size[1]) if size else None, told)


_READS: tuple[Callable[[Mapping[int, str]], Scale | None], ...] = (_fei, _zeiss, _tescan, _jeol, _hitachi)


def _ome(texts: Mapping[int, str], name: str) -> Scale | None:
    text = texts.get(DESCRIPTION, "").strip()
    if not (text.startswith("<") and "OME" in text[:2000]):
        return None
    try:
        pixels = child(parse_xml(text.encode(), name), "Image", "Pixels")
    except ParseError:
        return None
    if pixels is None or "PhysicalSizeX" not in pixels.attrib:
        return None
    across, down = (
        length_nm(pixels.get(f"PhysicalSize{axis}", ""), pixels.get(f"PhysicalSize{axis}Unit", "µm"))
        for axis in "XY"
    )
    size = _number(pixels.get("SizeX"))
    return Scale("OME-XML, PhysicalSizeX", across, down, int(size) if size else None)


def _imagej(texts: Mapping[int, str], numbers: Mapping[int, float]) -> Scale | None:
    text = texts.get(DESCRIPTION, "")
    unit = re.search(r"^unit=(\S+)", text, re.MULTILINE)
    if not text.startswith("ImageJ=") or unit is None:
        return None
    one = length_nm("1", unit[1])
    across, down = (
        (one / numbers[tag]) if one and numbers.get(tag) else None for tag in (X_RESOLUTION, Y_RESOLUTION)
    )
    return Scale(f"ImageJ, pixels per {unit[1]}", across, down)


def _signed(texts: Mapping[int, str], numbers: Mapping[int, float]) -> Scale | None:
    """The TIFF resolution, where the maker of a microscope signed the file and no printer is so fine."""
    signature = " ".join(texts.get(tag, "") for tag in (MAKE, MODEL, SOFTWARE)).lower()
    maker = next((one for one in _MAKERS if re.search(rf"\b{one}\b", signature)), None)
    unit = _NM_PER_RESOLUTION.get(int(numbers.get(RESOLUTION_UNIT, 0)))
    if maker is None or unit is None or not numbers.get(X_RESOLUTION):
        return None
    across = unit / numbers[X_RESOLUTION]
    down = unit / numbers[Y_RESOLUTION] if numbers.get(Y_RESOLUTION) else None
    if across > FINER_THAN_PRINT_NM:
        return None
    return Scale(f"TIFF resolution, signed by {maker}", across, down)


def checked(
    scale: Scale, width_px: int, name: str
) -> tuple[float | None, float | None, list[tuple[str, str]]]:
    """Pixel across and down in nm, and what is odd about them; none where the picture was cropped or resized since."""
    pixel, down = scale.pixel_nm, scale.height_nm
    if pixel is None:
        return None, None, []
    if not LEAST_NM <= pixel <= MOST_NM:
        why = f"{name} says that a pixel is {pixel:g} nm ({scale.source}), which no microscope has."
        return None, None, [("scale_implausible", f"{why} Set the scale by hand.")]
    if scale.size_px is not None and scale.size_px != width_px:
        why = (
            f"The scale in the file ({scale.source}) is for a width of {scale.size_px:,} px, and the picture has "
            f"{width_px:,} px: it was cropped or resized since."
        )
        return None, None, [("scale_of_another_size", f"{why} Set the scale by hand.")]
    if down is None or abs(down / pixel - 1) <= SAME or not LEAST_NM <= down <= MOST_NM:
        return pixel, None, []
    return (
        pixel,
        down,
        [("pixels_not_square", f"A pixel is {pixel:g} nm wide and {down:g} nm high; both are used.")],
    )
