"""What runs: one unit per camera, the engine that joins them, and the parent that watches it."""
