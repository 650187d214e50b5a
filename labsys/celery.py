"""The Celery application. Tasks are `shared_task`s on their floors and know no roof."""

import logging
import os
import signal
from typing import Any

from celery import Celery
from celery.signals import beat_embedded_init, worker_process_init
from kombu.exceptions import OperationalError
from psycopg import Error as DatabaseError

from labsys.local import tether
from labsys.starting import collect_seldom

collect_seldom()
os.environ.setdefault("DJANGO_SETTINGS_MODULE", "labsys.settings")

app = Celery("labsys")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

logger = logging.getLogger(__name__)


def open_broker() -> None:
    """Connects this process to the broker, so that not the first file which arrives has to wait for that.

    A broker that does not answer is no matter here: the next ring tries again, and the sweep after it.
    """
    try:
        with app.producer_pool.acquire(block=True) as producer:
            for queue in app.amqp.queues.values():
                producer.maybe_declare(queue)
    except (OperationalError, DatabaseError, OSError) as error:
        logger.info("broker does not answer yet: %s", error)


@worker_process_init.connect
@beat_embedded_init.connect
def end_with_the_worker(**_: Any) -> None:
    """A child whose worker was killed with -9 ends too: a pool process with what it held, and the clock."""
    tether.follow_parent(signal.SIGKILL)
