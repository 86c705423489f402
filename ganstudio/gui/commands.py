"""Every command of the window, by name, with its shortcut."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from ganstudio.core.document import ClassChoice
from ganstudio.core.inputs import ClassLabel
from ganstudio.gui.actions import Command
from ganstudio.gui.panels.classes import class_names
from ganstudio.gui.panels.device import device_options
from ganstudio.gui.stage import Stage
from ganstudio.gui.theme.appearance import Appearance
from ganstudio.gui.widgets.command_palette import PALETTE
from ganstudio.studio.launch import Theme
from ganstudio.studio.session import Session


@dataclass(frozen=True)
class Chrome:
    """What commands do to the window itself."""

    palette: Callable[[], None]
    keys: Callable[[], None]
    left: Callable[[], None]
    right: Callable[[], None]
    below: Callable[[], None]
    fullscreen: Callable[[], None]
    browse: Callable[[], None]
    copy: Callable[[], None]
    paste: Callable[[], None]
    save: Callable[[], None]
    reveal: Callable[[str], None]
    close: Callable[[], None]


def window_commands(chrome: Chrome, appearance: Appearance) -> tuple[Command, ...]:
    """Commands that work with no model at all."""
    return (
        Command(PALETTE, "Search commands", chrome.palette, "Ctrl+K or Ctrl+Shift+P", group="Window"),
        Command("open", "Open a model file…", chrome.browse, "Ctrl+O", words="load checkpoint browse", group="Model"),
        Command("keys", "Help and keys", chrome.keys, "F1", words="shortcuts keyboard", group="Window"),
        Command("theme", "Next theme", appearance.cycle, "Ctrl+Shift+T", words="dark light system", group="Window"),
        *(
            Command(
                f"theme.{theme.value}",
                f"Theme: {theme.value}",
                lambda theme=theme: appearance.choose(theme),  # type: ignore[misc]
                group="Window",
            )
            for theme in Theme
        ),
        Command("left", "Show or hide the left panels", chrome.left, "Ctrl+B", words="library sidebar", group="Window"),
        Command(
            "right", "Show or hide the right panels", chrome.right, "Ctrl+Shift+B", words="sidebar", group="Window"
        ),
        Command("below", "Show or hide the panels below", chrome.below, "Ctrl+J", words="timeline", group="Window"),
        Command("fullscreen", "Full screen", chrome.fullscreen, "F11", words="picture only", group="Window"),
        Command("close", "Close the window", chrome.close, "Ctrl+Q", words="quit exit", group="Window"),
    )


def picture_commands(chrome: Chrome, stage: Stage) -> tuple[Command, ...]:
    """Commands that look at the picture or take it along."""
    viewer = stage.viewer
    return (
        Command("fit", "Fit the picture", viewer.fit, "F", words="zoom whole", group="Picture"),
        Command("actual", "Actual size", viewer.actual_size, "1", words="zoom 100 %", group="Picture"),
        Command("zoom-in", "Zoom in", lambda: viewer.zoom(1.25), "+ or =", group="Picture"),
        Command("zoom-out", "Zoom out", lambda: viewer.zoom(0.8), "-", group="Picture"),
        Command(
            "smooth",
            "Smooth or crisp pixels",
            stage.bar.smooth.click,
            "S",
            words="nearest scaling interpolation",
            group="Picture",
        ),
        Command(
            "sharp",
            "Enlarge the picture 4×, or show it plain",
            stage.bar.sharp.click,
            "4",
            words="super-resolution sharp upscale Real-ESRGAN",
            group="Picture",
        ),
        Command("copy", "Copy the picture", chrome.copy, "Ctrl+C", words="clipboard", group="Picture"),
        Command("paste", "Paste a picture", chrome.paste, "Ctrl+V", words="clipboard state photo", group="Picture"),
        Command("save", "Save the picture…", chrome.save, "Ctrl+S", words="export", group="Picture"),
    )


def session_commands(session: Session, chrome: Chrome) -> tuple[Command, ...]:
    """Commands that work in every workspace once there is a session."""
    return (
        Command("undo", "Undo", session.undo, "Ctrl+Z", group="Edit"),
        Command("redo", "Redo", session.redo, "Ctrl+Shift+Z or Ctrl+Y", group="Edit"),
        Command(
            "report",
            "What is this model?",
            lambda: chrome.reveal("This model"),
            words="card licence import report",
            group="Model",
        ),
    )


def model_commands(session: Session) -> Sequence[Command]:
    """One command per model at hand."""
    library = session.library
    return [
        Command(f"open.{e.path}", f"Open {e.title}", lambda path=e.path: session.open_model(path), group="Model")  # type: ignore[misc]
        for e in (*library.shipped, *library.recent)
    ]


def class_commands(session: Session) -> Sequence[Command]:
    """One command per class of a conditional model."""
    info = session.model
    wanted = next((i for i in info.inputs if isinstance(i, ClassLabel)), None) if info is not None else None
    if wanted is None:
        return ()
    path = f"inputs.{wanted.name}"
    return [
        Command(
            f"class.{index}",
            f"Class: {name}",
            lambda index=index: session.change("Class", path, ClassChoice(index)),  # type: ignore[misc]
        )
        for index, name in enumerate(class_names(wanted))
    ]


def device_commands(session: Session) -> Sequence[Command]:
    """One command per device."""
    ready = session.device
    return [
        Command(
            f"device.{option.key}",
            f"Compute on {option.word}",
            lambda key=option.key: session.set_device(key),  # type: ignore[misc]
            words="device precision",
        )
        for option in device_options(ready.choices if ready is not None else ())
    ]
