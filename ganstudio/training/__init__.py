"""Training loops as iterators of events."""
