"""Writes a pattern as PANalytical XRDML 1.5: one scan at Kα1, ``intensities`` between two positions."""

from __future__ import annotations

from datetime import datetime, timedelta
from xml.sax.saxutils import escape

import numpy as np
import numpy.typing as npt

from labsys.demo.seeds import SIMULATED

COUNTING_TIME_S = 1.0
_PATTERN = """<?xml version="1.0" encoding="UTF-8"?>
<xrdMeasurements xmlns="http://www.xrdml.com/XRDMeasurement/1.5" status="Completed">
\t<comment>
\t\t<entry>{comment}</entry>
\t</comment>
\t<sample type="To be analyzed">
\t\t<id>{code}</id>
\t\t<name>{name}</name>
\t</sample>
\t<xrdMeasurement measurementType="Scan" status="Completed">
\t\t<comment>
\t\t\t<entry>{comment}</entry>
\t\t</comment>
\t\t<usedWavelength intended="K-Alpha 1">
\t\t\t<kAlpha1 unit="Angstrom">1.5405980</kAlpha1>
\t\t</usedWavelength>
\t\t<incidentBeamPath>
\t\t\t<radius unit="mm">240.00</radius>
\t\t\t<xRayTube>
\t\t\t\t<tension unit="kV">45.0</tension>
\t\t\t\t<current unit="mA">40.0</current>
\t\t\t\t<anodeMaterial>Cu</anodeMaterial>
\t\t\t</xRayTube>
\t\t</incidentBeamPath>
\t\t<scan appendNumber="0" mode="Continuous" scanAxis="Gonio" status="Completed">
\t\t\t<header>
\t\t\t\t<startTimeStamp>{start}</startTimeStamp>
\t\t\t\t<endTimeStamp>{end}</endTimeStamp>
\t\t\t</header>
\t\t\t<dataPoints>
\t\t\t\t<positions axis="2Theta" unit="deg">
\t\t\t\t\t<startPosition>{first:.4f}</startPosition>
\t\t\t\t\t<endPosition>{last:.4f}</endPosition>
\t\t\t\t</positions>
\t\t\t\t<commonCountingTime unit="seconds">{seconds:.4f}</commonCountingTime>
\t\t\t\t<intensities unit="counts">{counts}</intensities>
\t\t\t</dataPoints>
\t\t</scan>
\t</xrdMeasurement>
</xrdMeasurements>
"""


def write(
    code: str,
    name: str,
    angles_deg: npt.NDArray[np.float64],
    counts: npt.NDArray[np.int64],
    started_at: datetime,
    remark: str = "",
) -> bytes:
    """The file of one scan. Texts are escaped; the same input gives the same bytes."""
    end = started_at + timedelta(seconds=COUNTING_TIME_S * len(counts))
    return _PATTERN.format(
        comment=escape(f"{SIMULATED} {remark}".strip()),
        code=escape(code),
        name=escape(name),
        start=started_at.isoformat(),
        end=end.isoformat(),
        first=angles_deg[0],
        last=angles_deg[-1],
        seconds=COUNTING_TIME_S,
        counts=" ".join(map(str, counts.tolist())),
    ).encode()
