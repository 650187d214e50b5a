"""What people ask of cycles across cells: rates, end voltages, share of constant voltage, resistance."""

from django.db import migrations, models

NAMES = (
    "cv_share_percent",
    "end_of_charge_voltage_V",
    "end_of_discharge_voltage_V",
    "charge_c_rate",
    "discharge_c_rate",
    "internal_resistance_ohm",
)


class Migration(migrations.Migration):
    dependencies = [("characterization", "0006_chains")]

    operations = [
        migrations.AddField(model_name="cycle", name=name, field=models.FloatField(null=True)) for name in NAMES
    ]
