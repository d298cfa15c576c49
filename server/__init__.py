"""The server: leads, tasks and documents for officers, from what the boxes send."""
