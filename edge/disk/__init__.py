"""What is written so that a power cut leaves it whole or as it was: files, and SQLite files."""
