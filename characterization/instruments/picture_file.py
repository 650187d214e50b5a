"""A TIFF, PNG or JPEG file decoded within limits: what it declares is held against them before a pixel is asked for."""

from __future__ import annotations

import contextlib
import warnings
from collections.abc import Iterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

import polars as pl
from PIL import Image, JpegImagePlugin, PngImagePlugin, TiffImagePlugin

from characterization.instruments import picture_scale as scales
from characterization.instruments.base import Recording, Technique, UnreadableFile, json_ready
from characterization.instruments.picture_pixels import Pixels, decoded

MOST_PIXELS = 100_000_000
MOST_SIDE = 100_000
HOSTILE_RATIO = 1000
MOST_PAGES = 1000
LONGEST_TEXT = 1_000_000
AGAIN = "Copy it again from the microscope; the file that arrived is kept."
SMALLER = "Export it smaller or in parts, as TIFF, PNG or JPEG."
_OPENS: dict[bytes, Any] = {
    b"II": TiffImagePlugin.TiffImageFile,
    b"MM": TiffImagePlugin.TiffImageFile,
    b"\x89P": PngImagePlugin.PngImageFile,
    b"\xff\xd8": JpegImagePlugin.JpegImageFile,
}
_CUT = ("truncated", "not enough", "end of file", "eof", "buffer is not large", "shorter")
_TOO_MUCH = ("too large", "memory limit", "too much memory")
_BITS, _SUBFILE, _COMPRESSION, _DATE = 258, 254, 259, 306
_STRIP_BYTES, _TILE_BYTES, _TILE_WIDTH, _TILE_LENGTH = 279, 325, 322, 323


def read(path: Path) -> list[Recording]:
    """One recording of one row. Raises UnreadableFile."""
    with _faults(path.name), warnings.catch_warnings():
        warnings.simplefilter("ignore")
        return [_read(path)]


def _read(path: Path) -> Recording:
    with path.open("rb") as file:
        start = file.read(2)
        file.seek(0, 2)
        size = file.tell()
        _check_end(path.name, start, file)
        with _OPENS[start](str(path)) as image:
            pages = _first_whole_page(image)
            tags = getattr(image, "tag_v2", None) or image.getexif()
            _check_size(path.name, image, size)
            _check_layout(path.name, image, tags)
            bits = _bits(tags)
            pixels = decoded(image, bits)
            texts, numbers = _texts(tags, image), _resolution(tags)  # a PNG may say more behind its pixels
    found = _recording(path.name, pixels, scales.scale_of(texts, numbers, path.name))
    found.started_at = _moment(tags)
    found.meta |= json_ready({"bits": bits or None, "pages": pages if pages > 1 else None})
    found.meta = {key: value for key, value in found.meta.items() if value not in (None, "")}
    told = [found.meta.get("user_text", ""), _description(texts), texts.get(scales.COMMENT, "")[:300]]
    found.sample_hints = tuple(dict.fromkeys(text for text in told if text))
    found.title = (found.sample_hints[0] if found.sample_hints else "")[:120]
    if pages > 1:
        found.flag("several_pages", f"The file holds {pages:,} pictures; the first is shown and measured.")
    return found


def _recording(name: str, pixels: Pixels, scale: scales.Scale | None) -> Recording:
    across, down, odd = scales.checked(scale, _as_stored(pixels), name) if scale else (None, None, [])
    if pixels.turned and down is not None:
        across, down = down, across
    table = pl.DataFrame(
        {
            "width_px": [pixels.width],
            "height_px": [pixels.height],
            "pixel_nm": pl.Series([across], dtype=pl.Float64),
            "pixels_sha256": [pixels.sha256()],
            "pixels": pl.Series([pixels.as_bytes()], dtype=pl.Binary),
        }
    )
    meta = dict(scale.told) if scale else {}
    meta |= {"pixel_height_nm": down, "scale_from": scale.source if scale and across else None}
    found = Recording(Technique.PICTURE, table, meta=meta)
    for code, sentence in [*pixels.notes, *odd]:
        found.flag(code, sentence)
    if across is None and not odd:
        found.flag(
            "no_scale", "The file does not say how long a pixel is. Set the scale by hand on its scale bar."
        )
    return found


def _as_stored(pixels: Pixels) -> int:
    return pixels.height if pixels.turned else pixels.width


@contextlib.contextmanager
def _faults(name: str) -> Iterator[None]:
    """What Pillow stumbles over becomes a sentence: it raises nearly every kind of error on damaged files."""
    try:
        yield
    except UnreadableFile:
        raise
    except MemoryError as error:
        raise UnreadableFile(
            "too_large", f"{name} needs more memory than a reader may use.", SMALLER
        ) from error
    except Exception as error:
        said = str(error).strip().lower()
        if any(words in said for words in _TOO_MUCH):
            raise UnreadableFile(
                "hostile", f"{name} would unpack beyond all limits: {error}.", AGAIN
            ) from error
        if any(words in said for words in _CUT) or isinstance(error, EOFError):
            raise UnreadableFile("truncated", f"{name} ends before its pixels do: {error}.", AGAIN) from error
        if "unknown" in said or isinstance(error, NotImplementedError):
            raise UnreadableFile(
                "unsupported",
                f"{name} holds its pixels in a way that is not read: {error}.",
                "Save it as TIFF without compression, or as PNG.",
            ) from error
        why = str(error) or type(error).__name__
        raise UnreadableFile("damaged", f"{name} is damaged and was not decoded: {why}.", AGAIN) from error


def _check_end(name: str, start: bytes, file: Any) -> None:
    """PNG and JPEG say where they end; what was cut off would else be filled with grey."""
    mark = {b"\x89P": b"IEND\xaeB`\x82", b"\xff\xd8": b"\xff\xd9"}.get(start)
    if mark is None:
        return
    size = file.tell()
    file.seek(max(size - LONGEST_TEXT, 0))
    if mark not in file.read():
        raise UnreadableFile("truncated", f"{name} ends before its end mark, after {size:,} bytes.", AGAIN)


def _first_whole_page(image: Image.Image) -> int:
    """Goes to the first page that is no reduced copy; answers how many there are, counted up to MOST_PAGES."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return 1
    whole, pages = None, 0
    with contextlib.suppress(EOFError):
        while pages < MOST_PAGES:
            image.seek(pages)
            reduced = int(image.tag_v2.get(_SUBFILE, 0)) & 1
            whole = pages if whole is None and not reduced else whole
            pages += 1
    image.seek(whole or 0)
    return pages


def _check_size(name: str, image: Image.Image, size: int) -> None:
    width, height = image.size
    if width < 1 or height < 1:
        raise UnreadableFile("damaged", f"{name} declares {width:,} × {height:,} pixels.", AGAIN)
    if width * height <= MOST_PIXELS and max(width, height) <= MOST_SIDE:
        return
    hostile = width * height > HOSTILE_RATIO * size
    why = f"; its {size:,} bytes cannot hold them" if hostile else f"; {MOST_PIXELS:,} are the most"
    raise UnreadableFile(
        "hostile" if hostile else "too_large",
        f"{name} declares {width:,} × {height:,} = {width * height:,} pixels{why}. It was not decoded.",
        "Check where it is from." if hostile else SMALLER,
    )


def _check_layout(name: str, image: Image.Image, tags: Mapping[int, Any]) -> None:
    """What a TIFF says of its strips and tiles, before memory is taken for them."""
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        return
    tile = int(tags.get(_TILE_WIDTH, 0)) * int(tags.get(_TILE_LENGTH, 0))
    if tile > MOST_PIXELS:
        raise UnreadableFile(
            "hostile", f"{name} declares tiles of {tile:,} pixels. It was not decoded.", AGAIN
        )
    if int(tags.get(_COMPRESSION, 1)) != 1 or _TILE_BYTES in tags:
        return
    given = tags.get(_STRIP_BYTES)
    held = sum(given) if isinstance(given, tuple) else int(given or 0)
    bits = tags.get(_BITS, (1,))
    of_pixel = sum(bits) if isinstance(bits, tuple) else int(bits)
    width, height = image.size
    declared = height * ((width * of_pixel + 7) // 8)
    if held and held < declared:
        raise UnreadableFile(
            "damaged",
            f"{name} declares {width:,} × {height:,} pixels, {declared:,} bytes, and its strips hold {held:,}.",
            AGAIN,
        )


def _bits(tags: Mapping[int, Any]) -> int:
    bits = tags.get(_BITS, 0)
    return int(max(bits) if isinstance(bits, tuple) else bits)


def _texts(tags: Mapping[int, Any], image: Image.Image) -> dict[int, str]:
    """Every text that stands in the picture, by its tag; those of PNG and JPEG together as COMMENT."""
    found = {}
    for tag in list(tags):
        text = _text(tags.get(tag))
        if text:
            found[int(tag)] = text
    beside = [_text(value) for value in image.info.values() if isinstance(value, str | bytes)]
    if not isinstance(image, TiffImagePlugin.TiffImageFile):
        found[scales.COMMENT] = "\n".join(text for text in beside if text)
    return found


def _text(value: Any) -> str:
    """A tag's value where it is text, else nothing; a byte that is no UTF-8 is of the Windows code page of the West."""
    raw = value.encode("latin-1", errors="ignore") if isinstance(value, str) else value
    if not isinstance(raw, bytes) or len(raw) < 2:
        return ""
    raw = raw[:LONGEST_TEXT].replace(b"\0", b" ")
    try:
        text = raw.decode()
    except UnicodeDecodeError:
        text = raw.decode("cp1252", errors="replace")
    return text.strip()


def _description(texts: Mapping[int, str]) -> str:
    text = texts.get(scales.DESCRIPTION, "")
    return "" if text.startswith(("<", "ImageJ=", "[")) else text[:300]


def _resolution(tags: Mapping[int, Any]) -> dict[int, float]:
    found = {}
    for tag in (scales.X_RESOLUTION, scales.Y_RESOLUTION, scales.RESOLUTION_UNIT):
        with contextlib.suppress(TypeError, ValueError, ZeroDivisionError, OverflowError):
            found[tag] = float(tags[tag]) if tag in tags else 0.0
    return {tag: value for tag, value in found.items() if 0 < value < 1e15}


def _moment(tags: Mapping[int, Any]) -> datetime | None:
    """TIFF and EXIF write ``2026:11:27 14:05:00``, without a zone."""
    try:
        return datetime.strptime(str(tags.get(_DATE, ""))[:19], "%Y:%m:%d %H:%M:%S")
    except ValueError:
        return None
