"""The Celery application. Tasks are `shared_task`s on their floors and know no roof."""

import os
import signal
from typing import Any

from celery import Celery
from celery.signals import beat_embedded_init, worker_process_init

from labsys.local import tether

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labsys.settings")

app = Celery("labsys")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()


@worker_process_init.connect
@beat_embedded_init.connect
def end_with_the_worker(**_: Any) -> None:
    """A child whose worker was killed with -9 ends too: a pool process with what it held, and the clock."""
    tether.follow_parent(signal.SIGKILL)
