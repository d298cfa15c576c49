"""Foreign formats: what each says of a picture, and nothing of the store."""
