"""What can go wrong in a demo, in one sentence with its remedy."""


class DemoError(Exception):
    """The demo cannot go on; the message says why and what to do."""
