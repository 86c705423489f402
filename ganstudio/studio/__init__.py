"""The program without a window: session, history, library, settings."""
