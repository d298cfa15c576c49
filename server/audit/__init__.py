"""Who did what, when and why: an append-only chain that shows every later change."""
