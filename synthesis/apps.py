from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class SynthesisConfig(AppConfig):
    name = "synthesis"
    verbose_name = _("Synthesis")

    def ready(self) -> None:
        from synthesis import editing, figures, flag_notices, searchers  # noqa: PLC0415 - models are loaded only now

        editing.register_all()
        figures.register_all()
        flag_notices.register_all()
        searchers.register_all()
