"""Faces in photos: found, framed as a model's training pictures are, and put back."""
