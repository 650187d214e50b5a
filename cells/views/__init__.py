"""Pages of the first floor: recipes, cathodes, cells, channels."""
