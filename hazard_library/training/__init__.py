"""Training detectors: the only part of the library that needs torch and ultralytics."""
