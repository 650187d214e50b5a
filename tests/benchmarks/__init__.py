"""Speed, measured: ``make benchmark``. Ratios of one run are to be trusted, absolute times belong to the machine."""
