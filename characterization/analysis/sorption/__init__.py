"""Gas sorption: areas and pores from an isotherm, and what they look like."""
