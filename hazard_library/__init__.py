"""What a hazard is, what we know of it and what finds it; see DESIGN.md beside this file."""
