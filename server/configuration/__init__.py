"""Configurations of the boxes: written by one, approved by another, sent, answered by the box."""
