"""The roof as a Django app: its commands, checks, reports and the demonstration study."""

from typing import Any

from django.apps import AppConfig
from django.core.checks import register

from labsys import checks
from labsys.celery import app


class LabsysConfig(AppConfig):
    """Loaded with it is the Celery application, so that a `shared_task` sent by a page finds its broker."""

    name = "labsys"
    default_auto_field = "django.db.models.BigAutoField"
    worker: Any = app

    def ready(self) -> None:
        register(checks.history_is_guarded, "labsys")
