"""Chemical formulas as chemists write them, and the molar mass that follows: "(NH4)6Mo7O24·4H2O".

Read are elements with amounts (also 0.8), round, square and curly brackets, and parts joined by "·", "*" or "." with a
number before them, as hydrates are. Standard atomic weights: abridged values of the IUPAC Technical Report 2021
(T. Prohaska et al., Pure Appl. Chem. 94 (2022) 573-600, Table 2).
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from synthesis.errors import Refusal

_ABRIDGED = """
H:1.0080 He:4.0026 Li:6.94 Be:9.0122 B:10.81 C:12.011 N:14.007 O:15.999 F:18.998 Ne:20.180 Na:22.990
Mg:24.305 Al:26.982 Si:28.085 P:30.974 S:32.06 Cl:35.45 Ar:39.95 K:39.098 Ca:40.078 Sc:44.956 Ti:47.867
V:50.942 Cr:51.996 Mn:54.938 Fe:55.845 Co:58.933 Ni:58.693 Cu:63.546 Zn:65.38 Ga:69.723 Ge:72.630 As:74.922
Se:78.971 Br:79.904 Kr:83.798 Rb:85.468 Sr:87.62 Y:88.906 Zr:91.224 Nb:92.906 Mo:95.95 Ru:101.07 Rh:102.91
Pd:106.42 Ag:107.87 Cd:112.41 In:114.82 Sn:118.71 Sb:121.76 Te:127.60 I:126.90 Xe:131.29 Cs:132.91 Ba:137.33
La:138.91 Ce:140.12 Pr:140.91 Nd:144.24 Sm:150.36 Eu:151.96 Gd:157.25 Tb:158.93 Dy:162.50 Ho:164.93 Er:167.26
Tm:168.93 Yb:173.05 Lu:174.97 Hf:178.49 Ta:180.95 W:183.84 Re:186.21 Os:190.23 Ir:192.22 Pt:195.08 Au:196.97
Hg:200.59 Tl:204.38 Pb:207.2 Bi:208.98 Th:232.04 Pa:231.04 U:238.03
"""
_UNSTABLE = (
    "Tc Pm Po At Rn Fr Ra Ac Np Pu Am Cm Bk Cf Es Fm Md No Lr Rf Db Sg Bh Hs Mt Ds Rg Cn Nh Fl Mc Lv Ts Og"
)
WEIGHTS: Mapping[str, Decimal] = {
    symbol: Decimal(weight) for symbol, weight in (pair.split(":") for pair in _ABRIDGED.split())
}
# Elements without a stable isotope have no standard atomic weight.
WITHOUT_WEIGHT = frozenset(_UNSTABLE.split())
WATER = Decimal("18.015")
EXAMPLE = "(NH4)6Mo7O24·4H2O"
_SUBSCRIPTS = str.maketrans("₀₁₂₃₄₅₆₇₈₉", "0123456789")
_LOWERED = str.maketrans("0123456789", "₀₁₂₃₄₅₆₇₈₉")
_JOINTS = str.maketrans("*•⋅∙", "····")
_DOTTED_WATER = re.compile(
    r"(·\d+\.\d+)|\.(\d*(?:\.\d+)?\(?H2O)"
)  # NiCl2.6H2O is a hydrate, not 2.6 chlorine
_JOINING_DOT = re.compile(r"(?<!\d)\.|\.(?!\d)")
_TOKEN = re.compile(r"(?P<element>[A-Z][a-z]?)|(?P<open>[(\[{])|(?P<close>[)\]}])|(?P<number>\d+(?:\.\d+)?)")
_PAIRS = {"(": ")", "[": "]", "{": "}"}
_MOST = Decimal(1_000_000)


def normalised(formula: str) -> str:
    """The formula in one spelling: plain digits, "·" before water of crystallisation, no spaces."""
    plain = "".join(formula.split()).translate(_SUBSCRIPTS).translate(_JOINTS)
    return _JOINING_DOT.sub("·", _DOTTED_WATER.sub(lambda found: found[1] or f"·{found[2]}", plain))


def lowered(formula: str) -> str:
    """For reading: the amounts as small figures, but for those that multiply a whole part."""
    return "·".join(
        re.sub(r"(?<=[A-Za-z)\]}])[\d.]+", lambda found: found[0].translate(_LOWERED), part)
        for part in formula.split("·")
    )


def composition(formula: str) -> dict[str, Decimal]:
    """How many atoms of each element; raises Refusal where the formula cannot be read."""
    total: Counter[str] = Counter()
    for part in normalised(formula).split("·"):
        for symbol, count in _part(formula.strip(), part).items():
            total[symbol] += count  # type: ignore[assignment]  # a Counter adds decimals as well
    return dict(total)  # type: ignore[arg-type]


def molar_mass(formula: str) -> Decimal | None:
    """In g/mol, to four decimals; None where an element has no standard atomic weight."""
    found = composition(formula)
    if any(symbol in WITHOUT_WEIGHT for symbol in found):
        return None
    return sum((WEIGHTS[symbol] * count for symbol, count in found.items()), Decimal(0)).quantize(
        Decimal("0.0001")
    )


def _part(whole: str, part: str) -> dict[str, Decimal]:
    """One part between the dots, with the number before it."""
    ahead = re.match(r"\d+(?:\.\d+)?", part)
    factor = _count(whole, ahead[0]) if ahead else Decimal(1)
    tokens = _tokens(whole, part[ahead.end() :] if ahead else part)
    if not tokens:
        raise _unreadable(whole, _("a part of it is empty"))
    found, rest = _group(whole, tokens, "")
    assert not rest  # noqa: S101  # a group without an opening bracket ends with the part
    return {symbol: count * factor for symbol, count in found.items()}


def _tokens(whole: str, text: str) -> list[re.Match[str]]:
    found, at = [], 0
    while at < len(text):
        token = _TOKEN.match(text, at)
        if token is None:
            raise _unreadable(whole, _odd(text[at]))
        if (symbol := token["element"]) and symbol not in WEIGHTS and symbol not in WITHOUT_WEIGHT:
            token = _shorter(whole, text, at, symbol)
        found.append(token)
        at = token.end()
    return found


def _shorter(whole: str, text: str, at: int, symbol: str) -> re.Match[str]:
    """ "Ox" is oxygen and a letter that is no amount; "X" is nothing."""
    if len(symbol) == 2 and symbol[0] in WEIGHTS:
        raise _unreadable(whole, _odd(symbol[1]))
    raise _unreadable(whole, _("%(symbol)s is no element") % {"symbol": symbol})


def _odd(sign: str) -> str:
    if sign in "+-−^":
        return _("a charge is left out")
    if sign.isalpha() or sign == "_":
        return _("‘%(sign)s’ is no amount; amounts are numbers, as in LiNi0.8Co0.1Mn0.1O2") % {"sign": sign}
    return _("‘%(sign)s’ belongs into no formula") % {"sign": sign}


def _group(
    whole: str, tokens: list[re.Match[str]], closing: str
) -> tuple[dict[str, Decimal], list[re.Match[str]]]:
    """Reads up to the bracket that closes; answers what was read and what is left."""
    found: dict[str, Decimal] = {}
    while tokens:
        token, tokens = tokens[0], tokens[1:]
        if token["close"]:
            if token["close"] != closing:
                raise _unreadable(whole, _("a bracket closes that was not opened"))
            return found, tokens
        if token["number"]:
            raise _unreadable(
                whole, _("%(number)s stands before what it counts") % {"number": token["number"]}
            )
        if token["open"]:
            inner, tokens = _group(whole, tokens, _PAIRS[token["open"]])
            if not inner:
                raise _unreadable(whole, _("a part of it is empty"))
        else:
            inner = {token["element"]: Decimal(1)}
        times = Decimal(1)
        if tokens and tokens[0]["number"]:
            times, tokens = _count(whole, tokens[0]["number"]), tokens[1:]
        for symbol, count in inner.items():
            found[symbol] = found.get(symbol, Decimal(0)) + count * times
    if closing:
        raise _unreadable(whole, _("a bracket is not closed"))
    return found, tokens


def _count(whole: str, digits: str) -> Decimal:
    count = Decimal(digits)
    if not 0 < count <= _MOST:
        raise _unreadable(whole, _("%(number)s is no amount of an element") % {"number": digits})
    return count


def _unreadable(formula: str, why: str) -> Refusal:
    return Refusal(
        _("‘%(formula)s’: %(why)s. Write it as %(example)s.")
        % {"formula": formula, "why": why, "example": EXAMPLE},
        field="formula",
        code="no_formula",
    )
