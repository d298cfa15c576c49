"""Runtimes behind one small seam: a tensor goes in, the model's output comes out."""
