"""Commands: every action has a name, an icon where it has a button, a shortcut and an entry in the palette."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QWidget


@dataclass(frozen=True)
class Command:
    """Something a person can do."""

    id: str
    name: str
    run: Callable[[], None]
    shortcut: str = ""
    tip: str = ""
    words: str = ""
    group: str = ""


class CommandBook:
    """All commands of the window, in the order of their registration; models and classes add theirs as they come."""

    def __init__(self, owner: QWidget) -> None:
        self._owner = owner
        self._commands: dict[str, Command] = {}
        self._actions: dict[str, QAction] = {}
        self._sources: list[Callable[[], Sequence[Command]]] = []

    def add(self, command: Command) -> QAction:
        """Register a command and make its shortcut work."""
        if command.id in self._commands:
            raise ValueError(f"two commands are called {command.id!r}")
        action = QAction(command.name, self._owner)
        if command.shortcut:
            action.setShortcuts([QKeySequence(part) for part in command.shortcut.split(" or ")])
        action.setToolTip(command.tip or command.name)
        action.triggered.connect(lambda _checked: command.run())
        self._owner.addAction(action)
        self._commands[command.id] = command
        self._actions[command.id] = action
        return action

    def remove(self, command_id: str) -> None:
        """Forget a command and its shortcut."""
        del self._commands[command_id]
        action = self._actions.pop(command_id)
        self._owner.removeAction(action)
        action.deleteLater()

    def add_source(self, source: Callable[[], Sequence[Command]]) -> None:
        """Register a function that lists commands which come and go, such as one per model."""
        self._sources.append(source)

    def action(self, command_id: str) -> QAction:
        """The action of a command, for menus and buttons."""
        return self._actions[command_id]

    def enable(self, command_id: str, enabled: bool) -> None:
        """Allow or forbid a command."""
        self._actions[command_id].setEnabled(enabled)

    def offered(self) -> Iterator[Command]:
        """Every command that can be run now."""
        for command in self._commands.values():
            if self._actions[command.id].isEnabled():
                yield command
        for source in self._sources:
            yield from source()

    def all(self) -> tuple[Command, ...]:
        """Every registered command, for the list of shortcuts."""
        return tuple(self._commands.values())


def shortcut_text(command: Command) -> str:
    """A command's shortcut as this system writes it."""
    first = command.shortcut.split(" or ", maxsplit=1)[0]
    return QKeySequence(first).toString(QKeySequence.SequenceFormat.NativeText) if first else ""


def score(typed: str, command: Command) -> int:
    """How well a command answers what was typed: 0 not at all; letters in order count, whole words more."""
    wanted = typed.casefold().strip()
    if not wanted:
        return 1
    name = command.name.casefold()
    text = f"{name} {command.words.casefold()} {command.group.casefold()}"
    if name.startswith(wanted):
        return 1000
    if any(word.startswith(wanted) for word in name.split()):
        return 800
    if wanted in text:
        return 600
    if all(any(word.startswith(part) for word in text.split()) for part in wanted.split()):
        return 400
    return _subsequence(wanted.replace(" ", ""), name)


def _subsequence(wanted: str, name: str) -> int:
    place = -1
    gaps = 0
    for letter in wanted:
        following = name.find(letter, place + 1)
        if following < 0:
            return 0
        gaps += following - place - 1
        place = following
    return max(200 - gaps, 1) if gaps <= 2 * len(wanted) + 6 else 0
