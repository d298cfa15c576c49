"""From a picture to boxes: letterbox, the model's run, decoding, and the workers that do it."""
