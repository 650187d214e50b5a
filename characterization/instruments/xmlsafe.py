"""XML of instruments: untrusted, so without entities, document types from outside, or anything fetched."""

from __future__ import annotations

import re
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from characterization.instruments.base import UnreadableFile

_LONGEST_DECLARATION = 500


def local_name(tag: str) -> str:
    """The name without its namespace: ``{http://…/2.0}scan`` is ``scan``."""
    return tag.rpartition("}")[2]


def _as_declared(raw: bytes | str) -> bytes | str:
    """UTF-16 is decoded here and its declaration, which may still say UTF-8 after a conversion, taken off."""
    if isinstance(raw, bytes) and raw.startswith((b"\xff\xfe", b"\xfe\xff")):
        raw = raw.decode("utf-16", errors="replace")
        return re.sub(r"^\s*<\?xml[^>]*\?>", "", raw[:_LONGEST_DECLARATION]) + raw[_LONGEST_DECLARATION:]
    return raw


def parse_xml(raw: bytes | str, name: str) -> Element:
    """The root element.

    Raises UnreadableFile ``hostile`` for entity definitions and external references, and ParseError for XML
    that is not whole: what is missing is for the format to say. Undecodable text counts as ParseError too.
    """
    raw = _as_declared(raw.lstrip())
    try:
        root: Element = fromstring(raw, forbid_dtd=True)
    except DefusedXmlException as error:
        raise UnreadableFile(
            "hostile",
            f"{name} defines XML entities or a document type, which no instrument writes; it was not read.",
            "Check where the file is from and export it again on the instrument.",
        ) from error
    except (LookupError, ValueError) as error:
        raise ParseError(str(error)) from error
    return root


def child(element: Element | None, *path: str) -> Element | None:
    """The first descendant along local names, None where one is missing."""
    for name in path:
        if element is None:
            return None
        element = next((item for item in element if local_name(item.tag) == name), None)
    return element


def children(element: Element | None, name: str) -> list[Element]:
    return [] if element is None else [item for item in element if local_name(item.tag) == name]


def text(element: Element | None, *path: str) -> str:
    found = child(element, *path)
    return (found.text or "").strip() if found is not None else ""
