"""How good a model is: boxes against boxes, each class only where its truth is known."""
