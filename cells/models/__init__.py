"""What was built: recipes, composite cathode batches, cells, and the channels they run on."""

from cells.models.cathodes import CathodeBatch, CathodeRecipe, RecipeComponent
from cells.models.cells import Cell
from cells.models.channels import Acknowledgement, Channel, Occupation
from cells.models.events import CellNote
from cells.models.studies import Study

__all__ = [
    "Acknowledgement",
    "CathodeBatch",
    "CathodeRecipe",
    "Cell",
    "CellNote",
    "Channel",
    "Occupation",
    "RecipeComponent",
    "Study",
]
