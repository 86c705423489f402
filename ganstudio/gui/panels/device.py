"""Where and how exactly pictures are computed."""

from collections.abc import Sequence
from typing import ClassVar

from PyQt6.QtWidgets import QWidget

from ganstudio.core.device import AUTO, Precision
from ganstudio.core.frame import DeviceChoice
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import DEVICE, Topic
from ganstudio.gui.widgets.choice import ChoiceRow, Option
from ganstudio.gui.widgets.labels import label
from ganstudio.studio.session import Session

EXACT = Option(Precision.EXACT.value, "Exact", "32-bit numbers: repeats the authors' pictures")
FAST = Option(Precision.FAST.value, "Fast", "16-bit numbers: quicker, with differences the eye hardly finds")


class DevicePanel(Panel):
    """The devices that answer on this machine, and both precisions where the device has a fast path."""

    title: ClassVar[str] = "Device"
    icon: ClassVar[IconName] = IconName.DEVICE
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self._offered: tuple[Option, ...] = ()
        self.device = ChoiceRow("Device", ())
        self.device.chosen.connect(self._device_chosen)
        self.precision = ChoiceRow("Precision", (EXACT, FAST))
        self.precision.chosen.connect(self._precision_chosen)
        self.note = label("", "small", wrap=True)
        for widget in (self.device, self.precision, self.note):
            self.column.addWidget(widget)
        self.bindings.on(session.device_changed, self._show)
        self._show()

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return DEVICE

    def _device_chosen(self, key: str) -> None:
        self.session.set_device(key)

    def _precision_chosen(self, key: str) -> None:
        self.session.set_device(self.session.wanted_device, Precision(key))

    def _show(self, *_told: object) -> None:
        ready = self.session.device
        choices = ready.choices if ready is not None else ()
        options = device_options(choices)
        if options != self._offered:
            self._offered = options
            self.device.show_options(options)
        self.device.show_choice(self.session.wanted_device)
        self.precision.show_choice(self.session.precision.value)
        now = next((c for c in choices if ready is not None and c.id == ready.device), None)
        self.precision.setVisible(now is None or now.fast)
        self.note.setText(in_words(now, self.session.precision))


def device_options(choices: Sequence[DeviceChoice]) -> tuple[Option, ...]:
    """Auto, then every device that is present."""
    auto = Option(AUTO, "Auto", "The fastest device that answers on this machine")
    return (auto, *(Option(c.id, short_title(c), f"Compute on {c.title}") for c in choices))


def short_title(choice: DeviceChoice) -> str:
    """A device in one word."""
    kind, _, number = choice.id.partition(":")
    word = {"cuda": "CUDA", "cpu": "CPU", "mps": "MPS"}.get(kind, choice.title)
    return f"{word} {number}" if number not in ("", "0") else word


def in_words(now: DeviceChoice | None, precision: Precision) -> str:
    """Which device computes at present."""
    if now is None:
        return "Looking for devices…"
    if not now.fast:
        return f"On {now.title}, exact (it has no faster 16-bit path)."
    return f"On {now.title}, {precision.value}."
