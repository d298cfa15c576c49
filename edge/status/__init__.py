"""What the box shows of itself to those beside it: a page for people, metrics for Prometheus."""
