"""What the column titles of spectra and curves mean: which technique, in which unit, and what to multiply by."""

from __future__ import annotations

import re
from dataclasses import dataclass

from characterization.instruments.base import Technique


@dataclass(frozen=True)
class Meant:
    """A column under this project's name; values times ``factor`` plus ``offset`` are in its unit."""

    name: str
    factor: float = 1.0
    offset: float = 0.0


def _any(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern, re.IGNORECASE)


_PER_CM = r"(cm\s*[\^]?\s*\(?[-−–⁻]\s*[1¹]\)?|1/cm|/cm\b|per.?cm)"
_NM = r"(wave\s*length|wellenlänge|longueur d.onde|波长|lambda).*(nm|纳米)|^\W*nm\W*$"
_FIELD = r"(field|feld|champ|磁场)"
_ENERGY = r"^(photon |incident |mono )?energy"
_TEMPERATURE = r"^(sample |program )?temp"
_IN_K = rf"{_TEMPERATURE}.*[(/\[]\s*k\b|^ts?\s*[(/\[]\s*k\b"
_WAVENUMBER = r"wave\s*numbers?|wellenzahl|nombre d.onde|波数"
_AXES: tuple[tuple[Technique, re.Pattern[str], Meant], ...] = (
    (
        Technique.RAMAN,
        _any(r"raman|\bshift\b|拉曼|ラマン|verschiebung|\brel\.? *1/cm"),
        Meant("raman_shift_per_cm"),
    ),
    (Technique.FTIR, _any(rf"{_WAVENUMBER}|^\W*{_PER_CM}\W*$"), Meant("wavenumber_per_cm")),
    (Technique.UV_VIS, _any(_NM), Meant("wavelength_nm")),
    (Technique.EPR, _any(rf"{_FIELD}.*\bmt\b|^\W*mt\W*$"), Meant("field_mT")),
    (Technique.EPR, _any(r"^x?\s*[\[(]\s*g(auss)?\s*[\])]"), Meant("field_mT", 0.1)),
    (Technique.EPR, _any(rf"{_FIELD}.*(\bg\b|gauss)"), Meant("field_mT", 0.1)),
    (Technique.EPR, _any(rf"{_FIELD}.*\bt\b"), Meant("field_mT", 1000.0)),
    (Technique.XANES, _any(rf"{_ENERGY}.*\bkev\b"), Meant("energy_eV", 1000.0)),
    (Technique.XANES, _any(rf"{_ENERGY}|^e\b\s*[(/\[]\s*ev"), Meant("energy_eV")),
    (Technique.TGA, _any(_IN_K), Meant("temperature_degC", 1.0, -273.15)),
    (Technique.TGA, _any(rf"{_TEMPERATURE}|^t[sr]?\s*[(/\[]\s*°?c|温度"), Meant("temperature_degC")),
)
_MASS = _any(r"weight|mass|gewicht|masse|\btg\b|质量|重量")
_ORDINATES: dict[Technique, tuple[tuple[re.Pattern[str], Meant], ...]] = {
    Technique.RAMAN: (
        (_any(r"cps|count.*/\s*s|cnt/s"), Meant("intensity_cps")),
        (_any(r"count|cnt|\bcts\b|计数"), Meant("intensity_counts")),
        (_any(r".*"), Meant("intensity_au")),
    ),
    Technique.EPR: ((_any(r".*"), Meant("intensity_au")),),
    Technique.XANES: ((_any(r"x?mu\b|µ|μ|absor|\bnorm|flat|intens|吸收"), Meant("absorption_au")),),
    Technique.TGA: (
        (_any(rf"({_MASS.pattern}).*%|^\W*%\W*$"), Meant("mass_percent")),
        (_any(rf"({_MASS.pattern}).*\bmg\b|^\W*mg\W*$"), Meant("mass_mg")),
        (_any(rf"({_MASS.pattern}).*\bg\b"), Meant("mass_mg", 1000.0)),
        (_any(r"(heat ?flow|dsc|wärmestrom|热流)(?!.*(w/m?g|/\s*mg|/\s*g\b))"), Meant("heat_flow_mW")),
    ),
}
_OPTICAL = (
    (_any(r"transm|%\s*t\b|^t\s*[(/\[]?\s*%|透"), Meant("transmittance_percent")),
    (_any(r"reflec|%\s*r\b|反射"), Meant("reflectance_percent")),
    (_any(r"absorb|extinktion|\babs\b|^a(\.u\.)?$|吸光"), Meant("absorbance")),
    (_any(r".*"), Meant("intensity_au")),
)
_ORDINATES[Technique.FTIR] = _ORDINATES[Technique.UV_VIS] = _OPTICAL
_BESIDE = _any(
    r"^(pixel|index|nr\.?|no\.?|point|#|dark|reference|nbkg|fbkg|bkg)$"
    rf"|^({_WAVENUMBER})|{_NM}|^wave\s*length|^raman shift|波长"
)
_TIMES = (
    (_any(r"^time.*\bmin|^zeit.*min|时间.*min"), Meant("time_s", 60.0)),
    (_any(r"^(time|zeit|时间).*\bs"), Meant("time_s")),
)
_ELSEWHERE = _any(
    r"binding|kinetic|2\s*-?\s*theta|2θ|freq|volt|potential|\bewe\b|current|capacity|\bmah\b|pressure|p/p0|step|cycle|z'|ohm"
)


def axis_of(titles: list[str]) -> tuple[Technique, int, Meant] | None:
    """Technique, place and meaning of the column that is the axis; None where no title speaks of one."""
    if any(_ELSEWHERE.search(title) for title in titles):
        return None
    for technique, pattern, meant in _AXES:
        for place, title in enumerate(titles):
            if pattern.search(title.strip()) and _fits(technique, titles, place):
                return technique, place, meant
    return None


def _fits(technique: Technique, titles: list[str], place: int) -> bool:
    """An energy alone is no XANES, a temperature alone no TGA: another column has to say so."""
    if technique not in (Technique.XANES, Technique.TGA):
        return True
    others = [title for at, title in enumerate(titles) if at != place]
    return any(pattern.search(other.strip()) for other in others for pattern, _ in _ORDINATES[technique])


def ordinate_of(technique: Technique, title: str) -> Meant | None:
    """What a column beside the axis holds; None for counters, other axes and what an instrument keeps beside."""
    if _BESIDE.search(title.strip()):
        return None
    return next((meant for pattern, meant in _ORDINATES[technique] if pattern.search(title.strip())), None)


def time_of(title: str) -> Meant | None:
    return next((meant for pattern, meant in _TIMES if pattern.search(title.strip())), None)
