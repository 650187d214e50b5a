"""Tables from outside and back: csv, tsv and xlsx as rows of text, whoever wrote them.

``read`` looks at the bytes, never at the name; what it took them for stands in ``Sheet.notes``. A file that cannot be
read is a Refusal with its reason; a cell that cannot be taken (a formula, an error) is a fault of that cell.
"""

from synthesis.sheets.base import MAX_BYTES, MAX_COLUMNS, MAX_ROWS, Row, Sheet
from synthesis.sheets.reading import read
from synthesis.sheets.workbook import text_of
from synthesis.sheets.writing import HeadCell, write_csv, write_xlsx

__all__ = [
    "MAX_BYTES",
    "MAX_COLUMNS",
    "MAX_ROWS",
    "HeadCell",
    "Row",
    "Sheet",
    "read",
    "text_of",
    "write_csv",
    "write_xlsx",
]
