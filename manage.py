#!/usr/bin/env python3
"""Commands of the project; `manage.py help` lists them."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line


def main() -> None:
    """Runs the command."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labsys.settings")
    try:
        execute_from_command_line(sys.argv)
    except ImproperlyConfigured as error:
        sys.exit(f"labsys: {error}")


if __name__ == "__main__":
    main()
