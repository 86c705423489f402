"""Turns documents into pictures: opening models, incremental synthesis, the compute thread."""
