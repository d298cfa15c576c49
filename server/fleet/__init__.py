"""The boxes and their cameras: who they are, what they may, how they are."""
