"""What the box tells about itself, and what it is told to do."""
