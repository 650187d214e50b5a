"""One file that holds a whole installation: made while it runs, restored into an empty one, every hash checked."""
