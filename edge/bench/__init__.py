"""Measurements of the edge, each against something plain, in one run on one machine."""
