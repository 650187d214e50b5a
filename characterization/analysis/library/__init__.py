"""What a laboratory keeps for its analyses: crystal phases, fit models, sensitivity factors, line widths.

Each kind has a room with ``checked``: a text that somebody gave becomes what methods read, or a sentence.
"""
