"""The verbs of the edge's command line, one file each; imported only when called."""
