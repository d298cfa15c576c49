"""Rules judged over scenes: one file per kind; what a rule remembers is a value."""
