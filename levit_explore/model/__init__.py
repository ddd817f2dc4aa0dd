"""The torch edge: the only place that imports torch."""
