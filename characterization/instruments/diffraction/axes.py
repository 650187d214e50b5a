"""What the axis that a scan moves is called by each vendor, and whether 2θ moves along with it.

PANalytical: ``Gonio``, ``2Theta-Omega``. Rigaku: ``TwoThetaTheta``, ``2-Theta/Omega``, ``2θ/θ``. Bruker:
``LockedCoupled``, ``Coupled TwoTheta/Theta``, ``COUPLED``. In a coupled scan the positions are those of 2θ, but
where ω is named first (``OmegaTwoTheta``) they are those of ω.
"""

from __future__ import annotations

import re

from characterization.instruments.base import UnreadableFile

_SPELLINGS = (("θ", "theta"), ("ω", "omega"), ("two", "2"), ("th2th", "theta2theta"), ("tth", "2theta"))
_TWO_THETA = frozenset(
    [
        "gonio",
        "2theta",
        "2thetatheta",
        "theta2theta",
        "2thetaomega",
        "coupled",
        "lockedcoupled",
        "unlockedcoupled",
        "coupled2theta",
        "coupled2thetatheta",
        "coupled2thetaomega",
        "2thetalocked",
        "2thetascan",
        "2thetathetascan",
        "2thetaomegascan",
        "detectorscan",
        "coupledscan",
        "lockedcoupledscan",
        "unlockedcoupledscan",
    ]
)
HINT = "Scans over 2θ are read; rocking curves, ϕ scans and maps are kept as files only."


def plain(axis: str) -> str:
    """An axis name in small letters and digits: ``2-Theta/Omega`` and ``TwoThetaOmega`` are ``2thetaomega``."""
    word = axis.casefold()
    for theirs, ours in _SPELLINGS:
        word = word.replace(theirs, ours)
    return re.sub(r"[^a-z0-9]", "", word)


def moves_two_theta(axis: str) -> bool:
    """Whether the positions of a scan along this axis are 2θ."""
    return plain(axis) in _TWO_THETA


def other_axis(name: str, axis: str, points: int) -> UnreadableFile:
    """The refusal of a scan in which 2θ does not move."""
    along = axis.strip() or "an axis without a name"
    return UnreadableFile(
        "unsupported", f"{name}: a scan of {points:,} points goes along {along} and not along 2θ.", HINT
    )
