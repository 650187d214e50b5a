"""Forms of characterization: studies, choices for an analysis, entries of the library."""

from characterization.forms.choices import ChoicesForm
from characterization.forms.library import EntryForm
from characterization.forms.studies import StudyForm

__all__ = ["ChoicesForm", "EntryForm", "StudyForm"]
