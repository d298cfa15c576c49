"""Fakes and builders for whoever extends the edge; products never import them."""
