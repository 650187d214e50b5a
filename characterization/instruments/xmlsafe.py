"""XML of instruments: untrusted, so without entities, document types from outside, or anything fetched."""

from __future__ import annotations

from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from characterization.instruments.base import UnreadableFile


def local_name(tag: str) -> str:
    """The name without its namespace: ``{http://…/2.0}scan`` is ``scan``."""
    return tag.rpartition("}")[2]


def parse_xml(raw: bytes | str, name: str) -> Element:
    """The root element.

    Raises UnreadableFile ``hostile`` for entity definitions and external references, and ParseError for XML
    that is not whole: what is missing is for the format to say. Undecodable text counts as ParseError too.
    """
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
