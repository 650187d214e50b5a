"""The Celery application. Tasks are `shared_task`s on their floors and know no roof."""

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import worker_process_init

from labsys.local import tether

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labsys.settings")

app = Celery("labsys")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
def end_with_the_worker(**_: Any) -> None:
    """A pool child whose worker was killed with -9 ends too, and with it what it held."""
    tether.follow_parent(signal.SIGKILL)
