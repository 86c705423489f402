"""Panels: widgets that bind to the session and call its methods, nothing else."""
