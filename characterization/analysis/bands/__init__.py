"""Curves with bands, edges, lines or steps: infrared, UV-vis, EPR, XANES, thermogravimetry."""
