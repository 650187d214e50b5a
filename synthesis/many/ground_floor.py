"""What can be recorded many at once on the ground floor."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from synthesis.forms import kinds as forms
from synthesis.forms.materials import MaterialForm
from synthesis.many.kinds import ManyKind, register

LOT_HEADS = {
    "material": ("material", "chemical", "substance", "reagent", "物料"),
    "lot_number": ("lot", "lot number", "batch", "batch number", "charge", "lot no"),
    "supplier": ("vendor", "manufacturer", "lieferant", "供应商"),
    "purity_percent": ("purity", "assay", "reinheit", "纯度"),
    "expires_on": ("best before", "expiry", "expires", "expiry date", "use by"),
    "opened_on": ("opened",),
}
MATERIAL_HEADS = {
    "cas_number": ("cas", "cas no", "cas number"),
    "molar_mass_g_per_mol": ("molar mass", "molecular weight", "mw", "m"),
    "density_g_per_mL": ("density", "dichte"),
    "phase": ("state", "state of matter"),
}

for made in (
    ManyKind(
        "material",
        _("Materials"),
        "package",
        MaterialForm,
        ("name", "short_name", "formula", "cas_number", "molar_mass_g_per_mol", "density_g_per_mL"),
        10,
        MATERIAL_HEADS,
    ),
    ManyKind(
        "lot",
        _("Material lots"),
        "package",
        forms.LotForm,
        ("material", "amount_made", "lot_number", "purity_percent", "expires_on", "place"),
        20,
        LOT_HEADS,
    ),
    ManyKind(
        "nanosponge",
        _("Nanosponge batches"),
        "flask-round",
        forms.NanospongeForm,
        ("name", "takes-3-amount", "takes-4-amount", "takes-5-amount", "wet_yield_g", "amount_made"),
        30,
    ),
    ManyKind(
        "impregnation",
        _("Impregnations"),
        "droplets",
        forms.ImpregnationForm,
        ("name", "group", "takes-0-amount", "takes-1-amount", "takes-2-amount", "amount_made"),
        40,
    ),
    ManyKind(
        "freeze-drying",
        _("Freeze-dryings"),
        "snowflake",
        forms.FreezeDryingForm,
        ("name", "takes-0-sample", "takes-0-amount", "amount_made"),
        50,
    ),
    ManyKind(
        "additive",
        _("Bought additives"),
        "hexagon",
        forms.AdditiveForm,
        ("name", "group", "amount_made", "supplier", "lot_number", "place"),
        70,
        LOT_HEADS,
    ),
    ManyKind(
        "electrolyte",
        _("Electrolyte batches"),
        "box",
        forms.ElectrolyteForm,
        (
            "name",
            "takes-0-amount",
            "takes-1-amount",
            "takes-2-amount",
            "amount_made",
            "ionic_conductivity_mS_per_cm",
        ),
        80,
        {"ionic_conductivity_mS_per_cm": ("conductivity", "ionic conductivity")},
    ),
):
    register(made)
