"""From a model family's raw tensors to boxes: one file per family."""
