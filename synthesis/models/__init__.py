"""What was made, by whom, of what."""

from synthesis.models.access import ApiToken, Membership, Project, Role
from synthesis.models.carbonization import (
    Boat,
    CarbonAdditive,
    CarbonizationRun,
    ProgrammePeak,
    ProgrammeSegment,
)
from synthesis.models.desk import SavedSearch, Submission
from synthesis.models.equipment import EquipmentCheck, Instrument
from synthesis.models.joint import JointEntry
from synthesis.models.ledger import LedgerEntry, StockCount
from synthesis.models.materials import Material, MaterialLot
from synthesis.models.places import Place
from synthesis.models.protocols import Protocol, ProtocolVersion
from synthesis.models.quality import Flag, GateDecision, SpecificationLimit, UseAllowance, Verdict
from synthesis.models.reviews import Signature
from synthesis.models.samples import CodeCounter, Sample
from synthesis.models.search import SearchText, SearchWord
from synthesis.models.steps import ElectrolyteBatch, FreezeDriedBatch, ImpregnatedBatch, NanospongeBatch

__all__ = [
    "ApiToken",
    "Boat",
    "CarbonAdditive",
    "CarbonizationRun",
    "CodeCounter",
    "ElectrolyteBatch",
    "EquipmentCheck",
    "Flag",
    "FreezeDriedBatch",
    "GateDecision",
    "ImpregnatedBatch",
    "Instrument",
    "JointEntry",
    "LedgerEntry",
    "Material",
    "MaterialLot",
    "Membership",
    "NanospongeBatch",
    "Place",
    "ProgrammePeak",
    "ProgrammeSegment",
    "Project",
    "Protocol",
    "ProtocolVersion",
    "Role",
    "Sample",
    "SavedSearch",
    "SearchText",
    "SearchWord",
    "Signature",
    "SpecificationLimit",
    "StockCount",
    "Submission",
    "UseAllowance",
    "Verdict",
]
