"""X-ray photoelectron spectra: charge reference, fit models and their components, backgrounds, composition."""
