"""Video in, events out; see DESIGN.md beside this file."""
