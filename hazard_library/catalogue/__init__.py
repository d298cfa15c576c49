"""The catalogue: every hazard as data — what is seen, which rule decides, which law applies."""
