"""Ties widgets to the session's signals for as long as they live."""

from collections.abc import Callable
from typing import Any, TypeVar

from psygnal import SignalInstance
from PyQt6.QtGui import QShowEvent
from PyQt6.QtWidgets import QWidget

T = TypeVar("T")


class Bindings:
    """Connections that end together, before the widgets they lead to are gone."""

    def __init__(self) -> None:
        self._made: list[tuple[SignalInstance, Callable[..., Any]]] = []
        self._over = False

    def on(self, signal: SignalInstance, slot: Callable[..., Any]) -> None:
        """Call `slot` whenever the signal is sent."""
        signal.connect(slot)
        self._made.append((signal, slot))

    def release(self) -> None:
        """End all connections."""
        for signal, slot in self._made:
            signal.disconnect(slot, missing_ok=True)
        self._made.clear()
        self._over = True

    def meanwhile(self, slot: Callable[[T], None]) -> Callable[[T], None]:
        """The slot until all connections end: long work may tell how it goes when its widgets are gone."""

        def told(what: T) -> None:
            if not self._over:
                slot(what)

        return told


class Bound(QWidget):
    """A widget that listens to the session until it is released."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.bindings = Bindings()
        self._stale: list[Callable[[], None]] = []

    def on_sight(self, signal: SignalInstance, show: Callable[[], None]) -> None:
        """Call `show` when this is first seen and after every signal; out of sight it waits, once for all signals."""

        def told(*_what: object) -> None:
            if self.isVisible():
                show()
            elif show not in self._stale:
                self._stale.append(show)

        self._stale.append(show)
        self.bindings.on(signal, told)

    def showEvent(self, event: QShowEvent | None) -> None:
        """Show what was said meanwhile."""
        super().showEvent(event)
        stale, self._stale = self._stale, []
        for show in stale:
            show()

    def release(self) -> None:
        """Listen no longer."""
        self._stale.clear()
        self.bindings.release()
