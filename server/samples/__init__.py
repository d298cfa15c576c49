"""A window on the hazard library: what officers decided, as proposals of samples."""
