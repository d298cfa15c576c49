"""What a model is taught with: where outside material lies and immutable versions of it."""
