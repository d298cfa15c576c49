"""Officers, their roles, units and certificates; signing in; who may do what."""
