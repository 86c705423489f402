"""The vocabulary that every other part speaks."""
