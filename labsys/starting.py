"""How a process of labsys begins: its garbage collector is told to come seldom."""

import gc

MORE_OBJECTS_THAN_LAST_TIME = 50_000


def collect_seldom() -> None:
    """A start makes a million objects and drops none; by its own measure, every 700 objects, the collector would look
    through all of them again and again, for a quarter of the time until the first answer."""
    gc.set_threshold(MORE_OBJECTS_THAN_LAST_TIME)
