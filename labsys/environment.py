"""The settings a deployment gives by environment variables, read once and said clearly where they are wrong.

Every variable is optional; `docs` and `README.md` list them. A wrong value raises ImproperlyConfigured with
the variable, what stands there, and what it may be.
"""

import os
import zoneinfo
from pathlib import Path
from urllib.parse import unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

TRUE, FALSE = {"1", "true", "yes", "on"}, {"", "0", "false", "no", "off"}


def text(name: str, default: str = "") -> str:
    """The variable without surrounding space, `default` where it is missing or empty."""
    return os.environ.get(name, "").strip() or default


def flag(name: str, default: bool = False) -> bool:
    """A yes or no: 1, true, yes, on or 0, false, no, off in any case."""
    value = os.environ.get(name)
    if value is None:
        return default
    if value.strip().lower() not in TRUE | FALSE:
        raise ImproperlyConfigured(f"{name} is {value!r}. It is either 1 (yes) or 0 (no).")
    return value.strip().lower() in TRUE


def count(name: str, default: int, least: int = 1) -> int:
    """A whole number not below `least`."""
    value = text(name, str(default))
    if not value.isdecimal() or int(value) < least:
        raise ImproperlyConfigured(
            f"{name} is {value!r}. It is a whole number from {least} on, such as {default}."
        )
    return int(value)


def words(name: str, default: list[str]) -> list[str]:
    """A list separated by commas."""
    value = text(name)
    return [word.strip() for word in value.split(",") if word.strip()] if value else default


def folder(name: str, default: Path) -> Path:
    """An absolute path; it need not exist yet."""
    return Path(text(name, str(default))).expanduser().absolute()


def time_zone(name: str, default: str) -> str:
    """A name of the IANA time zone database such as Europe/Berlin."""
    value = text(name, default)
    try:
        zoneinfo.ZoneInfo(value)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as error:
        raise ImproperlyConfigured(
            f"{name} is {value!r}, which is no time zone. It is a name such as Europe/Berlin or UTC."
        ) from error
    return value


def url(name: str, schemes: set[str]) -> str:
    """An address whose scheme is one of `schemes`; empty where none is given."""
    value = text(name)
    if value and urlsplit(value).scheme not in schemes:
        raise ImproperlyConfigured(
            f"{name} begins with {urlsplit(value).scheme or 'no scheme'!r}. "
            f"It begins with one of {', '.join(sorted(scheme + '://' for scheme in schemes))}."
        )
    return value


def storage_folder(name: str, default: Path) -> Path:
    """The folder that holds raw files and tables: a path or a file:// address."""
    value = text(name)
    parts = urlsplit(value)
    if parts.scheme not in ("", "file") or parts.netloc not in ("", "localhost"):
        raise ImproperlyConfigured(
            f"{name} begins with {parts.scheme}://. This version keeps files in a folder: give a path or file:///path."
        )
    return Path(unquote(parts.path)).expanduser().absolute() if value else default
