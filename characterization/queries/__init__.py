"""Read-only questions about files, measurements and cells: one room for each."""

from characterization.queries.cells import (
    Tested,
    colour_of,
    group_roles,
    main_measurements,
    running_cells,
    tested,
)
from characterization.queries.events import events_during, events_of
from characterization.queries.files import (
    COUNTED,
    FILTERS,
    MOVING,
    NEEDS_PEOPLE,
    counts,
    inbox,
    last_heard,
    listed,
    needs,
)
from characterization.queries.measurements import (
    CYCLE_COLUMNS,
    cell_of,
    cycle_rows,
    cycles_of,
    findings_of,
    last_cycle,
    listed_measurements,
    pieces_of,
    with_findings,
)
from characterization.queries.suggestions import Suggestion, suggestions

__all__ = [
    "COUNTED",
    "CYCLE_COLUMNS",
    "FILTERS",
    "MOVING",
    "NEEDS_PEOPLE",
    "Suggestion",
    "Tested",
    "cell_of",
    "colour_of",
    "counts",
    "cycle_rows",
    "cycles_of",
    "events_during",
    "events_of",
    "findings_of",
    "group_roles",
    "inbox",
    "last_cycle",
    "last_heard",
    "listed",
    "listed_measurements",
    "main_measurements",
    "needs",
    "pieces_of",
    "running_cells",
    "suggestions",
    "tested",
    "with_findings",
]
