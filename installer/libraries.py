"""The system libraries that Qt's wheel for Linux leaves to the system."""

import ctypes
import os
import shutil
import sys

from installer.places import SetupError
from installer.stamp import read_stamp, write_stamp

Library = tuple[str, str, str, str, str]

# Linux libraries that Qt's own wheel expects from the system: (library, apt, dnf, pacman, zypper).
ALWAYS: tuple[Library, ...] = (
    ("libEGL.so.1", "libegl1", "mesa-libEGL", "libglvnd", "libEGL1"),
    ("libGL.so.1", "libgl1", "mesa-libGL", "libglvnd", "libGL1"),
    ("libxkbcommon.so.0", "libxkbcommon0", "libxkbcommon", "libxkbcommon", "libxkbcommon0"),
    ("libfontconfig.so.1", "libfontconfig1", "fontconfig", "fontconfig", "libfontconfig1"),
    ("libfreetype.so.6", "libfreetype6", "freetype", "freetype2", "libfreetype6"),
    ("libX11.so.6", "libx11-6", "libX11", "libx11", "libX11-6"),
    ("libdbus-1.so.3", "libdbus-1-3", "dbus-libs", "dbus", "libdbus-1-3"),
    ("libglib-2.0.so.0", "libglib2.0-0", "glib2", "glib2", "libglib-2_0-0"),
    ("libgthread-2.0.so.0", "libglib2.0-0", "glib2", "glib2", "libgthread-2_0-0"),
    ("libz.so.1", "zlib1g", "zlib", "zlib", "libz1"),
    ("libzstd.so.1", "libzstd1", "libzstd", "zstd", "libzstd1"),
)
X11: tuple[Library, ...] = (
    ("libxkbcommon-x11.so.0", "libxkbcommon-x11-0", "libxkbcommon-x11", "libxkbcommon-x11",
     "libxkbcommon-x11-0"),
    ("libX11-xcb.so.1", "libx11-xcb1", "libX11-xcb", "libx11", "libX11-xcb1"),
    ("libxcb-cursor.so.0", "libxcb-cursor0", "xcb-util-cursor", "xcb-util-cursor", "libxcb-cursor0"),
    ("libxcb-icccm.so.4", "libxcb-icccm4", "xcb-util-wm", "xcb-util-wm", "libxcb-icccm4"),
    ("libxcb-image.so.0", "libxcb-image0", "xcb-util-image", "xcb-util-image", "libxcb-image0"),
    ("libxcb-keysyms.so.1", "libxcb-keysyms1", "xcb-util-keysyms", "xcb-util-keysyms", "libxcb-keysyms1"),
    ("libxcb-render-util.so.0", "libxcb-render-util0", "xcb-util-renderutil", "xcb-util-renderutil",
     "libxcb-render-util0"),
    ("libxcb-util.so.1", "libxcb-util1", "xcb-util", "xcb-util", "libxcb-util1"),
    ("libxcb-randr.so.0", "libxcb-randr0", "libxcb", "libxcb", "libxcb-randr0"),
    ("libxcb-render.so.0", "libxcb-render0", "libxcb", "libxcb", "libxcb-render0"),
    ("libxcb-shape.so.0", "libxcb-shape0", "libxcb", "libxcb", "libxcb-shape0"),
    ("libxcb-shm.so.0", "libxcb-shm0", "libxcb", "libxcb", "libxcb-shm0"),
    ("libxcb-sync.so.1", "libxcb-sync1", "libxcb", "libxcb", "libxcb-sync1"),
    ("libxcb-xfixes.so.0", "libxcb-xfixes0", "libxcb", "libxcb", "libxcb-xfixes0"),
    ("libxcb-xkb.so.1", "libxcb-xkb1", "libxcb", "libxcb", "libxcb-xkb1"),
)  # fmt: skip
INSTALLERS = (
    ("apt-get", "apt-get install -y"),
    ("dnf", "dnf install -y"),
    ("pacman", "pacman -S --needed"),
    ("zypper", "zypper install -y"),
)


def check_libraries(needs_window: bool) -> None:
    """Name the system libraries that Qt misses; a full set is looked for once and noted down."""
    stamp = read_stamp()
    if not sys.platform.startswith("linux") or stamp.get("libraries") == "complete":
        return
    always, window = [row for row in ALWAYS if not loads(row[0])], [row for row in X11 if not loads(row[0])]
    if always:
        raise SetupError(f"Qt needs {names(always)} of this system. Install with: {remedy(always)}")
    if not window:
        write_stamp({**stamp, "libraries": "complete"})
    elif needs_window and "WAYLAND_DISPLAY" not in os.environ and "QT_QPA_PLATFORM" not in os.environ:
        said = f"A window on an X display also needs {names(window)}. Install with: {remedy(window)}"
        print(said, file=sys.stderr)


def loads(library: str) -> bool:
    """Tell whether the system's loader finds the library."""
    try:
        ctypes.CDLL(library)
    except OSError:
        return False
    return True


def names(rows: list[Library]) -> str:
    """Return the libraries of the rows as a list in a sentence."""
    return ", ".join(row[0] for row in rows)


def remedy(rows: list[Library]) -> str:
    """Return the command that installs the rows' libraries with this system's package manager."""
    for column, (program, command) in enumerate(INSTALLERS, start=1):
        if shutil.which(program):
            packages = " ".join(dict.fromkeys(row[column] for row in rows))
            return f"{'' if os.geteuid() == 0 else 'sudo '}{command} {packages}"
    return "this system's package manager (Debian calls them " + " ".join(row[1] for row in rows) + ")"
