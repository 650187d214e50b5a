"""The demonstration study: four carbon additives from beaker to curve, its raw files written by a model and read like any other."""
