"""What was made, by whom, of what."""

from synthesis.models.access import ApiToken, Membership, Project, Role
from synthesis.models.carbonization import Boat, CarbonAdditive, CarbonizationRun, ProgrammeSegment
from synthesis.models.equipment import Instrument
from synthesis.models.ledger import LedgerEntry
from synthesis.models.materials import Material, MaterialLot
from synthesis.models.samples import CodeCounter, Sample
from synthesis.models.steps import ElectrolyteBatch, FreezeDriedBatch, ImpregnatedBatch, NanospongeBatch

__all__ = [
    "ApiToken",
    "Boat",
    "CarbonAdditive",
    "CarbonizationRun",
    "CodeCounter",
    "ElectrolyteBatch",
    "FreezeDriedBatch",
    "ImpregnatedBatch",
    "Instrument",
    "LedgerEntry",
    "Material",
    "MaterialLot",
    "Membership",
    "NanospongeBatch",
    "ProgrammeSegment",
    "Project",
    "Role",
    "Sample",
]
