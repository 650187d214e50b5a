"""Errors that speak: what is, what was asked, what to do. Every door turns them into its own answer."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.html import format_html


class Refusal(Exception):
    """Something that the laboratory's rules refuse. ``message`` is a sentence for a person.

    ``field`` names the input that it belongs to, ``code`` is stable, ``status`` is the HTTP status of the answer.
    ``link`` is where it is put right, as (address, words).
    """

    status = 400
    code = "refused"

    def __init__(
        self,
        message: str,
        *,
        field: str = "",
        code: str = "",
        status: int = 0,
        link: tuple[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.message = str(message)
        self.link = link
        self.field = field
        self.code = code or self.code
        self.status = status or self.status

    @property
    def errors(self) -> Mapping[str, list[str]]:
        return {self.field: [self.message]} if self.field else {}

    @property
    def sentence(self) -> str:
        """The message for a page, with its link behind it."""
        return format_html('{} <a href="{}">{}</a>', self.message, *self.link) if self.link else self.message


class NotEnough(Refusal):
    """More was asked of a sample than is left."""

    status = 409
    code = "not_enough"


class NotAllowed(Refusal):
    """The person may see it but not change it."""

    status = 403
    code = "not_allowed"
