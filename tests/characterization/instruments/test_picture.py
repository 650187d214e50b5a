import io
import struct
import zlib
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, PngImagePlugin, TiffImagePlugin

from characterization.instruments import registry
from characterization.instruments.base import Recording, UnreadableFile
from characterization.instruments.formats.picture import READER
from characterization.instruments.picture_pixels import from_bytes
from characterization.instruments.picture_scale import length_nm
from tests.characterization.instruments.mutations import code_of, damaged, keeps_its_promise, outcome

GREY = np.arange(48 * 64, dtype=np.uint16).reshape(48, 64)
FEI = "[User]\r\nUserText=CA-0003 rim\r\n[Beam]\r\nHV=5000\r\n[Scan]\r\nPixelWidth=1.35e-9\r\nPixelHeight=1.35e-9\r\n"
ZEISS = (
    "\r\n\r\n0\r\n1e-3\r\nDP_DETECTOR_CHANNEL\r\nSignal A = InLens\r\nAP_PIXEL_SIZE\r\nPixel Size = 11.2 nm\r\n"
    "AP_IMAGE_PIXEL_SIZE\r\nImage Pixel Size = {size}\r\nAP_ACTUALKV\r\nEHT =  3.00 kV\r\nAP_WD\r\nWD =  4.1 mm\r\n"
)
JEOL = (
    "$CM_TITLE CA-0007\r\n$CM_FULL_SIZE 64 48\r\n$CM_ACCEL_VOLT 15.00\r\n"
    "$$SM_MICRON_BAR 20\r\n$$SM_MICRON_MARKER 1um\r\n"
)
HITACHI = "[SemImageFile]\r\nSampleName=CA-0008\r\nDataSize=64x48\r\nPixelSize=49.60938\r\n"
OME = (
    '<?xml version="1.0"?><OME xmlns="http://www.openmicroscopy.org/Schemas/OME/2016-06"><Image ID="Image:0">'
    '<Pixels SizeX="64" PhysicalSizeX="{size}" PhysicalSizeY="{size}"{unit}/></Image></OME>'
)


EIGHT_BITS = GREY.astype(np.uint8)


def tiff(values=EIGHT_BITS, tags=None, compression=None, **more) -> bytes:
    image = values if isinstance(values, Image.Image) else Image.fromarray(values)
    info = TiffImagePlugin.ImageFileDirectory_v2()
    for tag, value in (tags or {}).items():
        info.tagtype[tag] = 7 if isinstance(value, bytes) else 2 if isinstance(value, str) else 5
        info[tag] = value
    out = io.BytesIO()
    image.save(out, "TIFF", tiffinfo=info, compression=compression, **more)
    return out.getvalue()


def saved(values, kind: str, **more) -> bytes:
    out = io.BytesIO()
    Image.fromarray(values).save(out, kind, **more)
    return out.getvalue()


def read(raw: bytes, name: str = "rim.tif") -> Recording:
    found = outcome(READER, raw, name)
    assert isinstance(found, list), found
    return found[0]


def values_of(found: Recording) -> np.ndarray:
    row = found.table.row(0, named=True)
    return from_bytes(row["pixels"], row["width_px"], row["height_px"])


def codes(found: Recording) -> set[str]:
    return {flag.code for flag in found.flags}


def refused(raw: bytes, name: str = "rim.tif") -> UnreadableFile:
    found = outcome(READER, raw, name)
    assert isinstance(found, UnreadableFile), found
    return found


@pytest.mark.parametrize(
    ("tags", "pixel_nm"),
    [
        ({34682: FEI}, 1.35),
        ({34680: FEI.encode()}, 1.35),
        ({34118: ZEISS.format(size="5.582 nm")}, 5.582),
        ({34118: ZEISS.format(size="1.25 µm").encode()}, 1250.0),
        ({34118: ZEISS.format(size="1,25 µm").encode("cp1252")}, 1250.0),
        ({50431: b"\0\1[MAIN]\nMagnification=1000\nPixelSizeX=2.5E-8\nPixelSizeY=2.5E-8\n"}, 25.0),
        ({270: JEOL}, 50.0),
        ({270: HITACHI}, 49.60938),
        ({270: OME.format(size="0.0125", unit="")}, 12.5),
        ({270: OME.format(size="2.5", unit=' PhysicalSizeXUnit="nm" PhysicalSizeYUnit="nm"')}, 2.5),
        ({270: "ImageJ=1.53t\nunit=nm\n", 282: 4.0, 283: 4.0}, 0.25),
        ({270: "ImageJ=1.53t\nunit=\\u00B5m\n", 282: 100.0, 283: 100.0}, 10.0),
    ],
)
def test_the_scale_stands_where_each_maker_writes_it(tags, pixel_nm):
    found = read(tiff(tags=tags))
    assert found.table["pixel_nm"][0] == pytest.approx(pixel_nm, rel=1e-9)
    assert found.meta["scale_from"]
    assert codes(found) == set()


def test_what_else_a_microscope_says_is_kept():
    found = read(tiff(tags={34682: FEI, 306: "2026:03:04 15:16:17"}))
    assert (found.meta["voltage_kV"], found.sample_hints[0]) == (5.0, "CA-0003 rim")
    assert str(found.started_at) == "2026-03-04 15:16:17"
    zeiss = read(tiff(tags={34118: ZEISS.format(size="5 nm")})).meta
    assert (zeiss["detector"], zeiss["voltage_kV"], zeiss["working_distance_mm"]) == ("InLens", 3.0, 4.1)


@pytest.mark.parametrize("maker", ["", "Adobe Photoshop"])
def test_an_ordinary_resolution_is_no_scale(maker):
    raw = tiff(tags={305: maker} if maker else {}, dpi=(300, 300))
    assert read(raw).table["pixel_nm"][0] is None
    assert codes(read(raw)) == {"no_scale"}
    raw = tiff(tags={305: maker} if maker else {}, resolution_unit="cm", resolution=2e6)
    assert read(raw).table["pixel_nm"][0] is None


def test_a_resolution_is_a_scale_where_a_maker_signed_and_no_printer_is_so_fine():
    signed = tiff(tags={271: "JEOL"}, resolution_unit="cm", resolution=2e6)
    assert read(signed).table["pixel_nm"][0] == pytest.approx(5.0)
    assert read(tiff(tags={271: "JEOL"}, dpi=(72, 72))).table["pixel_nm"][0] is None


def test_the_physical_size_of_a_png_is_no_scale():
    found = read(saved(GREY.astype(np.uint8), "PNG", dpi=(300, 300)), "rim.png")
    assert found.table["pixel_nm"][0] is None


def test_a_text_in_a_png_is_read_for_its_scale():
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", HITACHI)
    found = read(saved(GREY.astype(np.uint8), "PNG", pnginfo=info), "rim.png")
    assert found.table["pixel_nm"][0] == pytest.approx(49.60938)


def test_a_picture_that_was_cropped_since_has_no_scale_and_says_why():
    found = read(tiff(tags={34682: FEI + "[Image]\r\nResolutionX=128\r\n"}))
    assert found.table["pixel_nm"][0] is None
    assert codes(found) == {"scale_of_another_size"}


def test_a_scale_that_no_microscope_has_is_not_taken():
    found = read(tiff(tags={34682: FEI.replace("1.35e-9", "1.35")}))
    assert found.table["pixel_nm"][0] is None
    assert codes(found) == {"scale_implausible"}


def test_pixels_that_are_not_square_are_said():
    found = read(tiff(tags={34682: FEI.replace("PixelHeight=1.35e-9", "PixelHeight=1.5e-9")}))
    assert (found.table["pixel_nm"][0], found.meta["pixel_height_nm"]) == pytest.approx((1.35, 1.5))
    assert codes(found) == {"pixels_not_square"}


@pytest.mark.parametrize("compression", [None, "tiff_lzw", "tiff_deflate", "packbits"])
def test_eight_and_sixteen_bits_come_back_as_they_were(compression):
    for values in (
        GREY.astype(np.uint8),
        GREY * 21,
        np.dstack([GREY, GREY // 2, GREY // 3]).astype(np.uint8),
    ):
        assert (values_of(read(tiff(values, compression=compression))) == values).all()


def test_big_endian_sixteen_bits_come_back_as_they_were():
    raw = tiff(GREY * 21)
    swapped = Image.open(io.BytesIO(raw))
    big = io.BytesIO()
    swapped.save(big, "TIFF", big_tiff=True)
    assert (values_of(read(big.getvalue())) == GREY * 21).all()
    png = saved(GREY * 21, "PNG")
    assert (values_of(read(png, "rim.png")) == GREY * 21).all()


def test_floats_are_mapped_onto_sixteen_bits_and_said():
    values = (GREY / 100 - 3).astype(np.float32)
    values[0, 0] = np.nan
    found = read(tiff(values))
    shown = values_of(found)
    assert (shown.min(), shown.max()) == (0, 65535)
    assert shown[24, 0] == pytest.approx(
        (values[24, 0] - values[0, 1]) / (values[-1, -1] - values[0, 1]) * 65535, abs=1
    )
    assert codes(found) >= {"values_mapped", "pixels_missing"}


def test_colours_that_are_grey_are_kept_as_grey():
    grey = GREY.astype(np.uint8)
    assert values_of(read(tiff(np.dstack([grey, grey, grey])))).shape == (48, 64)


def test_several_pages_are_said_and_the_first_is_shown():
    pages = [Image.fromarray((GREY // (n + 1)).astype(np.uint8)) for n in range(3)]
    found = read(tiff(pages[0], save_all=True, append_images=pages[1:]))
    assert "several_pages" in codes(found)
    assert (found.meta["pages"], found.table["width_px"][0]) == (3, 64)
    assert (values_of(found) == np.asarray(pages[0])).all()


def test_a_reduced_copy_in_front_is_not_the_picture():
    out = io.BytesIO()
    info = TiffImagePlugin.ImageFileDirectory_v2()
    info.tagtype[254], info[254] = 4, 1
    with TiffImagePlugin.AppendingTiffWriter(out) as pages:
        Image.fromarray(EIGHT_BITS[::4, ::4]).save(pages, "TIFF", tiffinfo=info)
        pages.newFrame()
        Image.fromarray(EIGHT_BITS).save(pages, "TIFF")
        pages.newFrame()
        raw = out.getvalue()
    found = read(raw)
    assert (found.table["width_px"][0], found.meta["pages"]) == (64, 2)


def test_a_picture_is_turned_as_its_mark_says():
    exif = Image.Exif()
    exif[274] = 6
    raw = saved(GREY.astype(np.uint8), "JPEG", exif=exif, quality=95)
    found = read(raw, "rim.jpg")
    assert (found.table["width_px"][0], found.table["height_px"][0]) == (48, 64)


def test_two_pictures_of_one_size_have_different_hashes():
    one, other = (read(tiff(values)).table["pixels_sha256"][0] for values in (GREY, GREY + 1))
    assert one != other and len(one) == 64


def declared(width: int, height: int, more: bytes = b"") -> bytes:
    """A TIFF of a few bytes that declares so many pixels."""
    entries = [(256, 4, width), (257, 4, height), (258, 3, 8), (259, 3, 1), (262, 3, 1), (273, 4, 8), (277, 3, 1),
               (278, 4, height), (279, 4, min(width * height, 2**32 - 1))]  # fmt: skip
    body = b"".join(struct.pack("<HHII", tag, kind, 1, value) for tag, kind, value in entries)
    return b"II*\0" + struct.pack("<IH", 8, len(entries)) + body + bytes(4) + more


def bomb(width: int, height: int) -> bytes:
    """A PNG of zeros, packed."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes(width + 1)) for _ in range(height)) + packer.flush()
    head = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def test_a_billion_pixels_are_refused_before_one_is_decoded():
    error = refused(declared(40_000, 25_000))
    assert (error.code, "1,000,000,000 pixels" in error.message) == ("hostile", True)
    error = refused(bomb(12_000, 12_000), "rim.png")
    assert (error.code, "144,000,000 pixels" in error.message) == ("hostile", True)


def test_a_picture_that_is_only_too_large_is_told_the_limit():
    error = refused(declared(20_000, 10_000, more=bytes(300_000)))
    assert (error.code, "100,000,000 are the most" in error.message) == ("too_large", True)


def test_texts_that_unpack_without_end_are_refused():
    info = PngImagePlugin.PngInfo()
    info.add_text("Comment", "x" * 40_000_000, zip=True)
    raw = saved(GREY.astype(np.uint8), "PNG", pnginfo=info)
    assert len(raw) < 100_000
    assert refused(raw, "rim.png").code == "hostile"


def test_xml_with_entities_is_refused():
    attack = '<?xml version="1.0"?><!DOCTYPE OME [<!ENTITY a "b">]><OME><Image><Pixels/></Image></OME>'
    assert refused(tiff(tags={270: attack})).code == "hostile"


def test_strips_that_hold_less_than_is_declared_are_damage():
    raw = bytearray(tiff())
    at = raw.index(struct.pack("<HHI", 257, 3, 1)) if struct.pack("<HHI", 257, 3, 1) in raw else raw.index(
        struct.pack("<HHI", 257, 4, 1))  # fmt: skip
    struct.pack_into("<H", raw, at + 8, 96)
    error = refused(bytes(raw))
    assert (error.code, "6,144 bytes" in error.message) == ("damaged", True)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
@given(share=st.floats(0.1, 0.98))
@settings(max_examples=40, deadline=None)
def test_a_picture_that_is_cut_off_is_never_read(kind, share):
    raw = saved((GREY * 37).astype(np.uint8), kind)
    assert code_of(READER, raw[: int(len(raw) * share)], f"rim.{kind.lower()}") in ("truncated", "damaged")


@pytest.mark.parametrize(
    ("head", "name"),
    [
        (b"\0\0\0\3\0\1\0\0\0\0\0\1", "grains.dm3"),
        (b"\0\0\0\4" + bytes(8) + b"\0\0\0\1", "g.bin"),
        (b"junk", "a.emd"),
    ],
)
def test_containers_of_other_programs_are_told_what_to_export(tmp_path: Path, head, name):
    path = tmp_path / name
    path.write_bytes(head + bytes(300))
    with pytest.raises(UnreadableFile, match="picture of another kind") as caught:
        registry.read(path, name)
    assert caught.value.code == "unsupported" and "TIFF" in caught.value.hint


def test_a_name_is_no_picture():
    assert refused(b"hello, this is text", "rim.tif").code == "not_this_format"


@pytest.mark.parametrize(
    ("text", "value"),
    [("5.58 nm", 5.58), ("10um", 1e4), ("2,5 µm", 2500), ("3 Å", 0.3), ("7 bars", None), ("", None)],
)
def test_lengths_are_read_with_their_units(text, value):
    assert length_nm(text) == (pytest.approx(value) if value else None)


SOUND = {
    "rim.tif": tiff(GREY, tags={34682: FEI}),
    "rim2.tif": tiff(tags={34118: ZEISS.format(size="5 nm"), 270: JEOL}, compression="tiff_lzw"),
    "rim.png": saved(GREY * 21, "PNG"),
    "rim.jpg": saved((GREY * 37).astype(np.uint8), "JPEG"),
}


@pytest.mark.parametrize("name", SOUND)
@given(st.data())
@settings(max_examples=300, deadline=None)
def test_damage_gives_a_picture_or_a_named_fault(name, data):
    keeps_its_promise(READER, data.draw(damaged(SOUND[name])), name)


@given(st.binary(max_size=400))
@settings(max_examples=200, deadline=None)
def test_rubbish_behind_a_mark_gives_a_named_fault(rubbish):
    for mark in (b"II*\0", b"MM\0*", b"\x89PNG\r\n\x1a\n", b"\xff\xd8\xff"):
        keeps_its_promise(READER, mark + rubbish, "rim.tif")
