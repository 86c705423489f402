"""Nothing ends the window silently: every fault leads to one readable report."""

import faulthandler
import sys
import threading
import traceback
from collections.abc import Callable
from pathlib import Path
from types import TracebackType

from PyQt6.QtCore import QMessageLogContext, QtMsgType, qInstallMessageHandler

Tell = Callable[[str, str], None]

HARMLESS = (
    "This plugin does not support propagateSizeHints",
    "This plugin does not support raise",
    "This plugin does not support grabbing the keyboard",
)


class Faults:
    """Hands every fault that nobody caught to one place, whichever thread it happened in."""

    def __init__(self, log: Path, tell: Tell) -> None:
        self._log = log
        self._tell = tell
        self._telling = False

    def install(self) -> None:
        """Take over Python's and Qt's last resorts."""
        sys.excepthook = self._from_python
        threading.excepthook = self._from_thread
        qInstallMessageHandler(self._from_qt)
        try:
            self._log.parent.mkdir(parents=True, exist_ok=True)
            self._stream = self._log.open("a", encoding="utf-8")
            faulthandler.enable(self._stream)
        except OSError:
            faulthandler.enable()

    def uninstall(self) -> None:
        """Give the last resorts back."""
        sys.excepthook = sys.__excepthook__
        threading.excepthook = threading.__excepthook__
        qInstallMessageHandler(None)
        faulthandler.disable()
        stream = getattr(self, "_stream", None)
        if stream is not None:
            stream.close()

    def report(self, error: BaseException) -> None:
        """Write a fault down and tell it."""
        details = "".join(traceback.format_exception(error))
        sentence = (
            f"Something went wrong inside the program ({type(error).__name__}: {error}). "
            "Your work is kept; go on, and pass the details along if it happens again."
        )
        self._write(details)
        sys.stderr.write(details)
        self._say(sentence, details)

    def _from_python(self, kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            sys.__excepthook__(kind, error, trace)
            return
        self.report(error.with_traceback(trace))

    def _from_thread(self, fault: threading.ExceptHookArgs) -> None:
        if fault.exc_value is not None:
            self.report(fault.exc_value)

    def _from_qt(self, kind: QtMsgType, _where: QMessageLogContext, message: str | None) -> None:
        words = message or ""
        if kind in (QtMsgType.QtDebugMsg, QtMsgType.QtInfoMsg) or words.startswith(HARMLESS):
            return
        self._write(f"Qt: {words}\n")
        sys.stderr.write(f"Qt: {words}\n")
        if kind in (QtMsgType.QtCriticalMsg, QtMsgType.QtFatalMsg):
            self._say(
                "The window system reported a fault; go on, and restart the program if the window looks wrong.", words
            )

    def _write(self, text: str) -> None:
        stream = getattr(self, "_stream", None)
        if stream is not None:
            try:
                stream.write(text)
                stream.flush()
            except (OSError, ValueError):
                return

    def _say(self, sentence: str, details: str) -> None:
        if self._telling:
            return
        self._telling = True
        try:
            self._tell(sentence, details)
        finally:
            self._telling = False
