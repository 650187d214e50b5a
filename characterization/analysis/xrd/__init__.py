"""X-ray diffraction of powders: crystal structures and their lines, fitted profiles, phases, sizes, cells."""
