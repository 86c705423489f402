"""The doctor: looks at a run's numbers and says in plain words what is wrong, how it shows, and what to change."""

from ganstudio.studio.doctor_case import Case, case_of
from ganstudio.studio.doctor_findings import Examination, Finding
from ganstudio.studio.doctor_signs import SIGNS
from ganstudio.studio.run_watch import RunWatch


def examine(case: Case) -> tuple[Finding, ...]:
    """Return everything that is wrong with a run, the gravest first; nothing where it is healthy."""
    found = [finding for sign in SIGNS for finding in sign(case)]
    return tuple(sorted(found, key=lambda finding: -finding.severity))


def examined(watch: RunWatch) -> tuple[Finding, ...]:
    """Read what is new of a run and return everything that is wrong with it."""
    return examination(watch).findings


def examination(watch: RunWatch) -> Examination:
    """Do the same, and say how much there was to read."""
    watch.refresh()
    case = case_of(watch)
    return Examination(case.steps, case.images_seen, examine(case))
