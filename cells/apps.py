from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CellsConfig(AppConfig):
    name = "cells"
    verbose_name = _("Cells")

    def ready(self) -> None:
        from cells import editing, quantities, searchers  # noqa: PLC0415 - models are loaded only now

        editing.register_all()
        quantities.register_all()
        searchers.register_all()
