"""What runs do, in words."""

from ganstudio.gui.widgets.jobs import seconds_in_words
from ganstudio.studio.run_reading import Glance
from ganstudio.studio.run_watch import RunState

STATES = {
    RunState.NEW: "not started",
    RunState.STARTING: "starting…",
    RunState.RUNNING: "running",
    RunState.PAUSED: "paused",
    RunState.STOPPED: "stopped",
    RunState.FINISHED: "finished",
    RunState.FAILED: "failed",
    RunState.CRASHED: "crashed",
}


def kimg(images: float) -> str:
    """Thousands of images, as short as it reads."""
    return f"{images / 1000:.4g}" if images >= 1000 else f"{images / 1000:.3g}"


def progress_words(glance: Glance) -> str:
    """How far a run has come: 84.9 of 200 kimg."""
    return f"{kimg(glance.images_seen)} of {kimg(glance.images)} kimg"


def pace_words(glance: Glance) -> str:
    """How quick it is and when it will be done; nothing while it does not run."""
    if glance.state is not RunState.RUNNING or glance.images_per_second <= 0:
        return ""
    left = glance.seconds_left
    return f"{glance.images_per_second:.3g} images/s" + (f" · {seconds_in_words(left)} left" if left else "")


def line_of(glance: Glance) -> str:
    """One line: state, progress, pace."""
    parts = (STATES[glance.state], progress_words(glance), pace_words(glance))
    return " · ".join(part for part in parts if part)
