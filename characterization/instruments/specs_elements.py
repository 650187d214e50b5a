"""The XML of SPECS SpecsLab: structs, sequences and values that are told apart by their attribute ``name``."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

import numpy as np

from characterization.instruments.base import UnreadableFile
from characterization.instruments.photoelectrons import AGAIN, MOST_POINTS, Numbers
from characterization.instruments.textual import to_number
from characterization.instruments.xmlsafe import parse_xml

_DOCTYPE = re.compile(r"<!DOCTYPE any \[\s*((?:<!(?:ELEMENT|ATTLIST)\s[^<>]*>\s*)*)\]>")


def root_of(text: str, name: str) -> Element:
    """The root. SpecsLab declares its elements in the file; such declarations are left out, anything else is hostile.

    Raises UnreadableFile ``truncated`` or ``damaged`` for XML that is not whole.
    """
    bare = _DOCTYPE.sub("", text, count=1)
    bare = re.sub(r"^\s*<\?xml[^>]*\?>", "", bare)
    try:
        return parse_xml(bare, name)
    except ParseError as error:
        whole = text.rstrip().endswith("</any>")
        raise UnreadableFile(
            "damaged" if whole else "truncated",
            f"{name} is {'damaged: its XML is broken' if whole else 'cut off: its XML has no end'} ({error}).",
            AGAIN,
        ) from error


def named(element: Element | None, name: str) -> Element | None:
    """The first child with that name."""
    return None if element is None else next((item for item in element if item.get("name") == name), None)


def text(element: Element | None, name: str) -> str:
    found = named(element, name)
    return (found.text or "").strip() if found is not None else ""


def number(element: Element | None, name: str) -> float | None:
    return to_number(text(element, name))


def items(element: Element | None, name: str) -> list[Element]:
    """The structs of a sequence. Raises nothing: a sequence that is not there is empty."""
    found = named(element, name)
    return [] if found is None else [item for item in found if item.tag == "struct"]


def values(element: Element | None, name: str, file: str) -> Numbers:
    """The numbers of a sequence, as many as its ``length`` says; none where it is not there."""
    found = named(element, name)
    if found is None:
        return np.empty(0)
    length = to_number(found.get("length", "")) or 0
    words = " ".join(item.text or "" for item in found).split()
    if length > MOST_POINTS or len(words) != length:
        raise UnreadableFile(
            "damaged",
            f"{file}: a sequence of {name} has {len(words):,} values and declares {length:,.0f}.",
            AGAIN,
        )
    try:
        return np.array(words, dtype=np.float64)
    except ValueError as error:
        raise UnreadableFile(
            "damaged", f"{file}: a sequence of {name} holds what is no number.", AGAIN
        ) from error


def parameter(region: Element, name: str) -> str:
    """The value of a region's parameter, as text."""
    for item in items(region, "parameters"):
        if text(item, "name") == name:
            found = named(item, "value")
            return "".join(found.itertext()).strip() if found is not None else ""
    return ""
