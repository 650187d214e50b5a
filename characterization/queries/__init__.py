"""Read-only questions about files, measurements and cells: one room for each."""

from characterization.queries.alarms import (
    Alarm,
    alarm_of,
    may_acknowledge,
    require_acknowledge,
    require_same,
)
from characterization.queries.alarms import all_of as all_alarms
from characterization.queries.board import board
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
    history_error,
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
    "Alarm",
    "Suggestion",
    "Tested",
    "alarm_of",
    "all_alarms",
    "board",
    "cell_of",
    "colour_of",
    "counts",
    "cycle_rows",
    "cycles_of",
    "events_during",
    "events_of",
    "findings_of",
    "group_roles",
    "history_error",
    "inbox",
    "last_cycle",
    "last_heard",
    "listed",
    "listed_measurements",
    "main_measurements",
    "may_acknowledge",
    "needs",
    "pieces_of",
    "require_acknowledge",
    "require_same",
    "running_cells",
    "suggestions",
    "tested",
    "with_findings",
]
