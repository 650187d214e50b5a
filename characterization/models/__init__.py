"""What was measured: raw files, the jobs that read them, measurements, analyses, findings, cycles."""

from characterization.models.chains import Chain, Piece
from characterization.models.choices import AUTOMATIC, AnalysisChoice
from characterization.models.columns import ColumnMapping
from characterization.models.documents import Document
from characterization.models.files import Job, JobEvent, JobState, RawFile, WorkerPulse
from characterization.models.findings import Analysis, Cycle, Finding
from characterization.models.library import LibraryEntry
from characterization.models.measurements import Measurement
from characterization.models.uploads import Upload
from characterization.models.watermarks import Watermark

__all__ = [
    "AUTOMATIC",
    "Analysis",
    "AnalysisChoice",
    "Chain",
    "ColumnMapping",
    "Cycle",
    "Document",
    "Finding",
    "Job",
    "JobEvent",
    "JobState",
    "LibraryEntry",
    "Measurement",
    "Piece",
    "RawFile",
    "Upload",
    "Watermark",
    "WorkerPulse",
]
