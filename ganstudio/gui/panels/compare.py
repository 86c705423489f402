"""Two states beside one another, and how different they are."""

from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from types import MappingProxyType
from typing import Any, ClassVar

from PyQt6.QtCore import QTimer
from PyQt6.QtGui import QDragEnterEvent, QDropEvent, QHideEvent, QShowEvent
from PyQt6.QtWidgets import QHBoxLayout, QStackedLayout, QVBoxLayout, QWidget

from ganstudio.core.comparison import Amplified, Contrast, Distance, Pair, Side, SideKind, Wish
from ganstudio.gui.actions import Command
from ganstudio.gui.canvas.compare_view import CompareMode, CompareView
from ganstudio.gui.inside_topics import COMPARE
from ganstudio.gui.kept_drag import dragged_kept
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import IconButton, TextButton
from ganstudio.gui.widgets.choice import ChoiceRow, Option, one_of
from ganstudio.gui.widgets.flow import Flow
from ganstudio.gui.widgets.frame import Surface
from ganstudio.gui.widgets.labels import ElidedLabel, label
from ganstudio.gui.widgets.menu_choice import MenuChoice
from ganstudio.studio.compare import NETWORK, A, B
from ganstudio.studio.session import Session

MODES = (
    Option(CompareMode.WIPE.value, "Wipe", "A left of a divider, B right of it; drag it or use the arrow keys"),
    Option(CompareMode.SIDES.value, "Side by side", "A beside B"),
    Option(CompareMode.BLINK.value, "Blink", "A and B in turns; the arrow keys turn by hand"),
    Option(CompareMode.DIFFERENCE.value, "Difference", "B minus A, amplified"),
)
CONTRASTS = (
    Option(Contrast.SIGNED.value, "Signed", "Mid-grey where both are equal, brighter where B is brighter"),
    Option(Contrast.ABSOLUTE.value, "Absolute", "Black where both are equal"),
)
GAINS = tuple(
    Option(str(gain), f"×{gain}", f"Differences are shown {gain} times as large as they are") for gain in (1, 4, 16, 64)
)
AT_FIRST = MappingProxyType(
    {"mode": CompareMode.WIPE.value, "contrast": Amplified().contrast.value, "gain": f"{Amplified().gain:.0f}"}
)
PIN = "pin"
REST_MS = 200


class ComparePanel(Panel):
    """Takes the picture's place; draws only while it is in sight."""

    title: ClassVar[str] = "Compare"
    icon: ClassVar[IconName] = IconName.COMPARE
    at_first: ClassVar[Mapping[str, Any]] = AT_FIRST

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.column.setContentsMargins(12, 10, 12, 4)
        self.setAcceptDrops(True)
        self._compared = session.comparison
        self._rest = QTimer(self)
        self._rest.setSingleShot(True)
        self._rest.setInterval(REST_MS)
        self._rest.timeout.connect(self._compared.measure)
        self.menus = {name: MenuChoice(f"Side {name.upper()}", "What stands on this side") for name in (A, B)}
        self.pin_buttons = {
            name: IconButton(IconName.PIN, f"Pin as {name.upper()}", f"Hold the present state fast as {name.upper()}")
            for name in (A, B)
        }
        self.go_buttons = {
            name: IconButton(IconName.RESET, f"Go to {name.upper()}", "Make this state the present one")
            for name in (A, B)
        }
        for name in (A, B):
            self.menus[name].chosen.connect(partial(self._chosen, name))
            self.pin_buttons[name].clicked.connect(partial(self._pin, name))
            self.go_buttons[name].clicked.connect(partial(self._go_to, name))
        self.swap = IconButton(IconName.SWAP, "Swap sides", "Let A and B change places")
        self.swap.clicked.connect(self._compared.swap)
        self.modes = ChoiceRow("Seen as", MODES)
        self.modes.chosen.connect(self._show_mode)
        self.contrasts = ChoiceRow("Difference", CONTRASTS)
        self.gains = ChoiceRow("Amplified", GAINS)
        for row in (self.contrasts, self.gains):
            row.chosen.connect(self._contrast_chosen)
        self.contrasts.show_choice(self._compared.shown.contrast.value)
        self.gains.show_choice(f"{self._compared.shown.gain:.0f}")
        self.view = CompareView()
        self.numbers = ElidedLabel("", "muted")
        self.begin = TextButton(
            "Pin the present state", "Hold it fast as A, and compare what you do next with it", "primary", IconName.PIN
        )
        self.begin.clicked.connect(partial(self._pin, A))
        self._error = self._perceptual = ""
        self._measured: Wish | None = None
        self._kept = session.project.kept
        self._lay_out()
        for signal, slot in (
            (self._compared.sides_changed, self._show_sides),
            (self._compared.pair_arrived, self._take_pair),
            (self._compared.distance_arrived, self._take_distance),
            (self._compared.refused, self._refuse),
            (session.model_changed, self._show_sides),
            (session.device_changed, self._show_sides),
            (session.project_changed, self._project_changed),
        ):
            self.bindings.on(signal, slot)
        self._show_mode(CompareMode.WIPE.value)
        self._show_sides()

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return COMPARE

    def own_settings(self) -> dict[str, Any]:
        """How both sides are seen; which ones they are is no setting."""
        shown = self._compared.shown
        return {"mode": self.view.mode.value, "contrast": shown.contrast.value, "gain": f"{shown.gain:.0f}"}

    def take_settings(self, settings: Mapping[str, Any]) -> None:
        """See both sides as a preset says."""
        known = {**AT_FIRST, **settings}
        contrast, gain = one_of(CONTRASTS, known["contrast"]), one_of(GAINS, known["gain"])
        self.contrasts.show_choice(contrast)
        self.gains.show_choice(gain)
        self._show_mode(one_of(MODES, known["mode"]))
        self._compared.show(Amplified(Contrast(contrast), float(gain)))

    def commands(self) -> tuple[Command, ...]:
        """Pinning, swapping and the ways to look."""
        modes = tuple(
            Command(
                f"compare.{option.key}",
                f"Compare: {option.word.lower()}",
                partial(self._show_mode, option.key),
                tip=option.tip,
                group=self.title,
            )
            for option in MODES
        )
        return (
            Command("compare.pin-a", "Pin the present state as A", partial(self._pin, A), "Shift+A", group=self.title),
            Command("compare.pin-b", "Pin the present state as B", partial(self._pin, B), "Shift+B", group=self.title),
            Command("compare.swap", "Compare: swap A and B", self._compared.swap, group=self.title),
            *modes,
        )

    def showEvent(self, event: QShowEvent | None) -> None:
        """Begin to draw."""
        super().showEvent(event)
        self._show_sides()
        self._compared.watch(watched=True)
        self.view.show_mode(self.view.mode)
        self._rest.start()

    def hideEvent(self, event: QHideEvent | None) -> None:
        """Stop drawing."""
        super().hideEvent(event)
        self._rest.stop()
        self._compared.watch(watched=False)

    def dragEnterEvent(self, event: QDragEnterEvent | None) -> None:
        """Take kept latents."""
        if event is not None and dragged_kept(event.mimeData(), self.session.project):
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent | None) -> None:
        """Put what was dropped on the side that it fell on."""
        kept = dragged_kept(event.mimeData(), self.session.project) if event is not None else ()
        if event is not None and kept:
            name = A if event.position().x() < self.width() / 2 else B
            self._compared.put(name, Side(SideKind.PINNED, f"Kept: {kept[0].name}", kept[0].document))
            event.acceptProposedAction()

    def release(self) -> None:
        """Listen no longer."""
        self._rest.stop()
        super().release()

    def _lay_out(self) -> None:
        top = QHBoxLayout()
        top.setSpacing(4)
        for name in (A, B):
            if name == B:
                top.addWidget(self.swap)
            top.addWidget(label(name.upper(), "strong"))
            top.addWidget(self.menus[name], 1)
            top.addWidget(self.pin_buttons[name])
            top.addWidget(self.go_buttons[name])
        empty = Surface("notice")
        inside = QVBoxLayout(empty)
        inside.setSpacing(12)
        inside.addStretch(1)
        words = label("Pin the present state, then change something: here you see what changed.", "backdrop", wrap=True)
        for part in (words, self.begin):
            line = QHBoxLayout()
            line.addStretch(1)
            line.addWidget(part, 2 if part is words else 0)
            line.addStretch(1)
            inside.addLayout(line)
        inside.addStretch(1)
        middle = QWidget()
        self._stack = QStackedLayout(middle)
        self._stack.addWidget(empty)
        self._stack.addWidget(self.view)
        self.column.addLayout(top)
        self.column.addLayout(Flow((self.modes, self.contrasts, self.gains), spacing=4))
        self.column.addWidget(middle, 1)
        self.column.addWidget(self.numbers)

    def _offers(self, name: str) -> dict[str, Side]:
        held = self._compared.sides[name]
        offers = dict(self._compared.offers())
        if held not in offers.values():
            offers = {PIN: held, **offers}
        return offers

    def _show_sides(self, *_told: object) -> None:
        for name, menu in self.menus.items():
            offers = self._offers(name)
            menu.show_options([Option(key, side.title, side.title) for key, side in offers.items()])
            menu.show_choice(next(key for key, side in offers.items() if side == self._compared.sides[name]))
            self.go_buttons[name].setVisible(self._compared.sides[name].kind is SideKind.PINNED)
        sides = self._compared.sides
        self.view.show_names(f"A · {sides[A].title}", f"B · {sides[B].title}")
        ready = all(side.kind is not SideKind.NOTHING for side in sides.values())
        self._stack.setCurrentIndex(int(ready))
        if not ready:
            self.view.clear()
            self.numbers.setText("")

    def _project_changed(self, *_told: object) -> None:
        self._rest.start()
        kept = self.session.project.kept
        if kept != self._kept:
            self._kept = kept
            self._show_sides()

    def _chosen(self, name: str, key: str) -> None:
        side = self._offers(name).get(key)
        if side is not None:
            self._compared.put(name, side)
            self._rest.start()

    def _pin(self, name: str, *_told: object) -> None:
        self._compared.pin(name)
        self._rest.start()

    def _go_to(self, name: str, *_told: object) -> None:
        self._compared.go_to(name)

    def _show_mode(self, key: str) -> None:
        mode = CompareMode(key)
        self.modes.show_choice(key)
        self.view.show_mode(mode)
        for row in (self.contrasts, self.gains):
            row.setVisible(mode is CompareMode.DIFFERENCE)

    def _contrast_chosen(self, key: str) -> None:
        shown = self._compared.shown
        is_contrast = key in [contrast.value for contrast in Contrast]
        contrast = Contrast(key) if is_contrast else shown.contrast
        self._compared.show(Amplified(contrast, shown.gain if is_contrast else float(key)))

    def _take_pair(self, pair: Pair) -> None:
        self.view.show_pair(pair.a, pair.b, pair.difference)
        enlarged = f"   ({pair.enlarged} was enlarged)" if pair.enlarged else ""
        self._error = f"mean absolute error {pair.error:.3g} of 255{enlarged}"
        if replace(pair.wish, shown=Amplified()) != self._measured:
            self._perceptual = f"{NETWORK} …"
        self._show_numbers()
        self._rest.start()

    def _take_distance(self, distance: Distance) -> None:
        self._measured = distance.wish
        if distance.value is None:
            self._perceptual = f"{NETWORK} needs pictures of 16 px or more"
        else:
            self._perceptual = f"{NETWORK} {distance.value:.4f}"
        self._show_numbers()

    def _show_numbers(self) -> None:
        self.numbers.setText("   ".join(words for words in (self._perceptual, self._error) if words))

    def _refuse(self, sentence: str) -> None:
        self.view.clear()
        self._error = self._perceptual = ""
        self.numbers.setText(sentence)
