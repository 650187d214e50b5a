"""The roof: what gathers from all floors. Nothing below imports it."""
