"""Adaptive augmentation: 18 transformations that do not leak into the generator (Karras et al. 2020, ADA)."""
