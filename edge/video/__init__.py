"""Streams in: packets kept for evidence, pictures handed on, and what is wrong with a camera."""
