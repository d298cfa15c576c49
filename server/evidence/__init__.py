"""Evidence: announced by a box, brought in pieces, checked by its hash, looked at with a record."""
