"""Lengths and spacings in pictures: previews of a fixed size, a scale, and what a person marked."""
