"""REST of the first floor: recipes, cathode batches, cells, channels, studies."""
