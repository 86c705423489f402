"""A session that edits without end and says what it did, for a test that kills it."""

import os
import sys
import time
from pathlib import Path

from ganstudio.core.document import Document
from ganstudio.engine.compute import Command, Compute
from ganstudio.studio.library import Library
from ganstudio.studio.recovery import Recovery
from ganstudio.studio.session import Session
from ganstudio.studio.settings import Settings


class Idle(Compute):
    """Computes nothing."""

    def start(self) -> None:
        pass

    def draw(self, document: Document) -> None:
        pass

    def send(self, command: Command) -> None:
        pass


def main(folder: Path) -> None:
    settings = Settings(folder=folder)
    session = Session(Idle(lambda _event: None), settings, Library(settings))
    recovery = Recovery(session, interval=0.05)
    recovery.begin()
    number = 0
    while True:
        number += 1
        session.change(f"edit {number}", "psi", float(number + 1))
        os.write(1, f"{number} {time.time()}\n".encode())
        time.sleep(0.002)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
