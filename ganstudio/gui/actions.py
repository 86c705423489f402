"""Commands: every action has a name, an icon where it has a button, a shortcut and an entry in the palette."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from PyQt6.QtGui import QAction, QKeySequence
from PyQt6.QtWidgets import QWidget

IN_BRACKETS = re.compile(r" \(([^()]+)\)")


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
        self._shipped: dict[str, str] = {}  # the shortcuts that commands come with
        self._own: dict[str, str] = {}  # those that a person chose instead
        self._keys_told: list[Callable[[], None]] = []

    def add(self, command: Command) -> QAction:
        """Register a command and make its shortcut work."""
        if command.id in self._commands:
            raise ValueError(f"two commands are called {command.id!r}")
        action = QAction(command.name, self._owner)
        self._shipped[command.id] = command.shortcut
        command = replace(command, shortcut=self._own.get(command.id, command.shortcut))
        action.setShortcuts(_sequences(command.shortcut))
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

    def take_keys(self, own: Mapping[str, str]) -> None:
        """Use a person's own shortcuts, by command; all others are as they come."""
        self._own = dict(own)
        for command_id, command in self._commands.items():
            shortcut = self._own.get(command_id, self._shipped[command_id])
            self._commands[command_id] = replace(command, shortcut=shortcut)
            self._actions[command_id].setShortcuts(_sequences(shortcut))
        for told in self._keys_told:
            told()

    def on_keys(self, told: Callable[[], None]) -> None:
        """Call this whenever shortcuts have changed."""
        self._keys_told.append(told)

    @property
    def has_own(self) -> bool:
        """Whether any shortcut is a person's own."""
        return bool(self._own)

    def spelled(self, words: str) -> str:
        """Words in which brackets name shipped shortcuts, with the shortcuts that hold now, or none."""
        return IN_BRACKETS.sub(self._spelled, words)

    def _spelled(self, found: re.Match[str]) -> str:
        key = found[1]
        named = (each for each in self._commands.values() if key in self._shipped[each.id].split(" or "))
        command = next(named, None)
        if command is None or key in command.shortcut.split(" or "):
            return found[0]
        return f" ({shortcut_text(command)})" if command.shortcut else ""

    def give_key(self, command_id: str, shortcut: str) -> dict[str, str]:
        """Give a command a shortcut, taking it from others; return all shortcuts that are a person's own now."""
        for other in self.users_of(shortcut, command_id):
            left = [part for part in other.shortcut.split(" or ") if QKeySequence(part) != QKeySequence(shortcut)]
            self._own[other.id] = " or ".join(left)
        self._own[command_id] = shortcut
        own = {each: keys for each, keys in self._own.items() if keys != self._shipped.get(each)}
        self.take_keys(own)
        return own

    def users_of(self, shortcut: str, but: str = "") -> tuple[Command, ...]:
        """The commands that a shortcut runs, except one."""
        wanted = QKeySequence(shortcut)
        users = (each for each in self._commands.values() if each.id != but and wanted in _sequences(each.shortcut))
        return tuple(users) if shortcut else ()

    def is_own(self, command_id: str) -> bool:
        """Whether a person chose this command's shortcut."""
        return command_id in self._own

    def shipped_key(self, command_id: str) -> str:
        """The shortcut that a command comes with."""
        return self._shipped[command_id]

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


def _sequences(shortcut: str) -> list[QKeySequence]:
    return [QKeySequence(part) for part in shortcut.split(" or ") if part]


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
