from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CharacterizationConfig(AppConfig):
    name = "characterization"
    verbose_name = _("Characterization")
