"""Messages of the boxes: kept as they came, taken once, set aside with a reason if need be."""
