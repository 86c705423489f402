"""Numbers that tell how good a generator is, one file per metric."""
