"""Colours, type, icons and the style sheet of both themes."""
