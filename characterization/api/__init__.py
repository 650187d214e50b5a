"""REST of the second floor: files, measurements, their tables."""
