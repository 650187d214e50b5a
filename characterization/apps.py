from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CharacterizationConfig(AppConfig):
    name = "characterization"
    verbose_name = _("Characterization")

    def ready(self) -> None:
        from characterization import editing, quantities, searchers  # noqa: PLC0415 - models are loaded only now

        editing.register_all()
        quantities.register_all()
        searchers.register_all()
