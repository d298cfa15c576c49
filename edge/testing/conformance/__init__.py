"""Suites that a real part and its fake both pass."""
