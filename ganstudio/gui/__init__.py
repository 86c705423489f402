"""The window: panels that bind to the session, and the one bridge between the compute thread and the screen."""
