"""Says once which kinds of reference numbers have no implementation to compare with."""

import pytest

from tests.reference.reference_case import FOLDER, unimplemented


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    names = unimplemented()
    if names:
        terminalreporter.section("reference numbers of kinds that are not implemented yet")
        terminalreporter.write_line(f"{len(names)} files in {FOLDER}: {', '.join(names)}")
