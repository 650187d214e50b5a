"""Instrument files that the tests write themselves."""

from __future__ import annotations

import io

import numpy as np
from PIL import Image, TiffImagePlugin

from characterization import intake
from characterization.models import RawFile


def xy(points: int = 400, line_deg: float = 26.54) -> bytes:
    """A two-column powder pattern with one line on a falling background, deterministic."""
    two_theta = np.linspace(10, 80, points)
    counts = 200 + 500 * np.exp(-two_theta / 20) + 3000 * np.exp(-(((two_theta - line_deg) / 0.3) ** 2))
    return "".join(f"{x:.4f} {y:.1f}\n" for x, y in zip(two_theta, counts, strict=True)).encode()


def bdf(cycles: int = 3, points: int = 40, capacity_Ah: float = 0.0015, current_A: float = 0.00015) -> bytes:
    """A cycler's Battery Data Format export: each cycle a charge and a discharge of the same capacity."""
    lines = ["Test Time / s,Voltage / V,Current / A"]
    seconds = capacity_Ah / current_A * 3600 / points
    time = 0.0
    for _cycle in range(cycles):
        for sign, first, last in ((1, 2.0, 3.7), (-1, 3.6, 1.4)):
            for point in range(points + 1):
                voltage = first + (last - first) * point / points
                lines.append(f"{time:.3f},{voltage:.5f},{sign * current_A:.8f}")
                time += seconds if point < points else 1.0
    return ("\n".join(lines) + "\n").encode()


def micrograph(width: int = 640, height: int = 480, pixel_nm: float | None = 2.0) -> bytes:
    """A TIFF of 8 bits: fringes of a period of 8 px across, with the scale as FEI/Thermo write it, or without one."""
    x = np.arange(width)[None, :].repeat(height, axis=0)
    grey = (128 + 90 * np.cos(2 * np.pi * x / 8)).astype(np.uint8)
    info = TiffImagePlugin.ImageFileDirectory_v2()
    if pixel_nm is not None:
        info.tagtype[34682] = 2
        info[34682] = f"[Scan]\r\nPixelWidth={pixel_nm * 1e-9:g}\r\nPixelHeight={pixel_nm * 1e-9:g}\r\n"
    out = io.BytesIO()
    Image.fromarray(grey).save(out, "TIFF", tiffinfo=info)
    return out.getvalue()


def deliver(project, name: str = "scan.xy", content: bytes | None = None, **values) -> RawFile:
    """Puts a file through the one door and answers its row; nobody reads it yet."""
    delivery = intake.Delivery(name=name, project=project, **values)
    return intake.submit([xy() if content is None else content], delivery).file
