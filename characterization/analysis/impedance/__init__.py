"""Impedance: spectra, Kramers–Kronig test, equivalent circuits, distribution of relaxation times, conductivity."""
