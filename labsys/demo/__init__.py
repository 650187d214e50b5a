"""The demonstration study: four carbon additives from beaker to curve. Raw files are written by a model."""
