"""Forms of the first floor: recipes, cathode batches, cells, channels."""
