"""Raman spectra: spikes, bands of carbon under a named convention, calibration, series and maps."""
