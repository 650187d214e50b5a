"""`manage.py demo`: loads the demonstration study once and says how to log in."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils.translation import gettext as _

from labsys.demo import people, story

PASSWORD_DIGITS = 16


class Command(BaseCommand):
    help = _("Loads the demonstration study once; prints its login.")

    def handle(self, *_args: Any, **_options: Any) -> None:
        password = settings.HOME.secret("demo")[:PASSWORD_DIGITS]
        if not story.is_loaded():
            story.load(password)
        self.stdout.write(f"labsys demo: login {people.LOGIN}, password {password}")
