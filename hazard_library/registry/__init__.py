"""Model packages: weights with a card that says what they are, may do and were made of."""

from hazard_library.registry.card import ModelCard
from hazard_library.registry.package import ModelPackage, find_package, load_package, open_trusted

__all__ = ["ModelCard", "ModelPackage", "find_package", "load_package", "open_trusted"]
