"""What every panel is: a title, an icon, whether it fits a model, and a constructor that takes the session."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, ClassVar

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QAbstractButton, QVBoxLayout, QWidget

from ganstudio.core.frame import ModelInfo
from ganstudio.gui.actions import Command
from ganstudio.gui.binding import Bound
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.studio.session import Session


class Panel(Bound):
    """One foldable part of a side of the window."""

    title: ClassVar[str]
    icon: ClassVar[IconName]
    owns: ClassVar[tuple[str, ...]] = ()  # the document's fields that a preset of this panel keeps
    at_first: ClassVar[Mapping[str, Any]] = MappingProxyType({})  # what a preset keeps beside the document
    needs_model: ClassVar[bool] = True
    question: QAbstractButton | None = None  # its own, where the panel has no heading to carry one
    wanted_changed = pyqtSignal()

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.session = session
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(8)
        self.setAccessibleName(self.title)

    @classmethod
    def fits(cls, info: ModelInfo | None) -> bool:
        """Whether the panel has anything to offer for a model (None while there is none)."""
        return info is not None or not cls.needs_model

    def wanted(self) -> bool:
        """Whether there is anything to show just now; `wanted_changed` tells when that changes."""
        return True

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return None

    def own_settings(self) -> dict[str, Any]:
        """What is set here and in no document, by the names of `at_first`, as JSON can hold it."""
        return {}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """Set here what a preset kept; what it does not speak of is as at first."""

    def commands(self) -> tuple[Command, ...]:
        """What can be done here, for the palette and the keyboard; names in the group of the panel's title."""
        return ()
