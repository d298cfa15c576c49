"""The only code that adds days (INV-6): holidays as data, and what a period of the law ends on."""
