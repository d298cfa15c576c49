"""The pure core: no I/O, no clock, no thread, no log. Same input, same output."""
