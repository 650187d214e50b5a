"""/healthz says that the web process is alive; /readyz that everything it needs answers, part by part."""

import logging
import shutil
import tempfile
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

from django.conf import settings
from django.db import Error, connection
from django.http import HttpRequest, JsonResponse
from django.utils import timezone
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from kombu import Connection
from kombu.exceptions import OperationalError

from characterization.models import WorkerPulse

logger = logging.getLogger(__name__)
HEARD_LATELY = timedelta(seconds=60)
BROKER_LIMIT_S = 2
LEAST_FREE_BYTES = 200_000_000


class NotReadyError(Exception):
    """A part does not answer; the message says how."""


@require_safe
@never_cache
def alive(_request: HttpRequest) -> JsonResponse:
    """200 as long as the process answers at all."""
    return JsonResponse({"state": "alive"})


@require_safe
@never_cache
def ready(_request: HttpRequest) -> JsonResponse:
    """200 when database, broker, storage and a worker answer; else 503. Says of each part how it is."""
    parts = {name: state_of(name, check) for name, check in PARTS.items()}
    is_ready = all(state == "ok" for state in parts.values())
    return JsonResponse(
        {"state": "ready" if is_ready else "not ready", "parts": parts}, status=200 if is_ready else 503
    )


def state_of(name: str, check: Callable[[], None]) -> str:
    """`ok`, or what is wrong, without inner detail: that goes to the log."""
    try:
        check()
    except NotReadyError as error:
        return str(error)
    except (Error, OperationalError, OSError) as error:
        logger.warning("%s does not answer: %s", name, error)
        return "does not answer"
    return "ok"


def database() -> None:
    """A query."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1")


def broker() -> None:
    """A connection; the embedded queue lives in the database and is there once its schema is."""
    if settings.CELERY_BROKER_URL.startswith("pgmq"):
        with connection.cursor() as cursor:
            cursor.execute("SELECT count(*) FROM pgmq.meta")
        return
    with Connection(settings.CELERY_BROKER_URL, connect_timeout=BROKER_LIMIT_S) as asked:
        asked.ensure_connection(max_retries=1, timeout=BROKER_LIMIT_S)


def storage() -> None:
    """A file written and removed, and room for more."""
    folder = Path(settings.LABSYS_BLOBS)
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(dir=folder) as file:
        file.write(b"ready")
    free = shutil.disk_usage(folder).free
    if free < LEAST_FREE_BYTES:
        raise NotReadyError(f"{free // 1_000_000} MB are left where files are kept; 200 MB are needed")


def worker() -> None:
    """A pulse of a worker, which it sends through the broker."""
    latest = WorkerPulse.objects.order_by("-at").values_list("at", flat=True).first()
    if latest is None:
        raise NotReadyError("no worker was heard yet")
    if (age := timezone.now() - latest) > HEARD_LATELY:
        raise NotReadyError(f"no worker was heard for {age.total_seconds():.0f} s")


PARTS: dict[str, Callable[[], None]] = {
    "database": database,
    "broker": broker,
    "storage": storage,
    "worker": worker,
}
