"""Builders for tests of the server and of what extends it; products never import them."""
