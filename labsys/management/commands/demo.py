"""`manage.py demo`: loads the demonstration study once and says how to log in."""

import time
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand
from django.utils import timezone
from django.utils.translation import gettext as _

from characterization.models import Job, JobState, WorkerPulse
from labsys.demo import people, story

PASSWORD_DIGITS = 16
HEARD_LATELY = timedelta(minutes=1)
LONGEST_WAIT_S = 20.0
TICK_S = 0.2


class Command(BaseCommand):
    help = _("Loads the demonstration study once; prints its login.")

    def handle(self, *_args: Any, **_options: Any) -> None:
        password = settings.HOME.secret("demo")[:PASSWORD_DIGITS]
        if not story.is_loaded():
            story.load(password)
            wait_for_the_worker()
        self.stdout.write(f"labsys demo: login {people.LOGIN}, password {password}")


def wait_for_the_worker() -> None:
    """Gives a worker that runs beside us the time to read the files, so that the first visitor finds the curves."""
    until = time.monotonic() + LONGEST_WAIT_S
    waiting = Job.objects.filter(state__in=(JobState.RECEIVED, JobState.READING))
    while time.monotonic() < until and waiting.exists():
        if not WorkerPulse.objects.filter(at__gt=timezone.now() - HEARD_LATELY).exists():
            return
        time.sleep(TICK_S)
