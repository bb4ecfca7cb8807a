"""Layers that make numbers of text, categories and measurements, most of them before training."""
