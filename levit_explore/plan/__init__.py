"""The plan: the only place that knows how a LeViT is put together."""
