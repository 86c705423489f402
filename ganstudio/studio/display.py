"""Whether a window can be seen on this machine, found out before Qt would end the process over it."""

import ctypes
import getpass
import os
import platform
import socket
import sys
import threading
from importlib.util import find_spec
from pathlib import Path

from ganstudio.core.paths import ROOT

PATIENCE_S = 5.0


def no_window_reason() -> str | None:
    """Return in plain words why no window can be seen, None where one can or where Qt has its orders."""
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return None
    wayland, x11 = os.environ.get("WAYLAND_DISPLAY"), os.environ.get("DISPLAY")
    if not wayland and not x11:
        return "There is no display: neither DISPLAY nor WAYLAND_DISPLAY is set."
    if wayland and _wayland_answers(wayland):
        return None
    if not x11:
        return f"The display WAYLAND_DISPLAY={wayland} does not answer."
    plugin_problem = _x11_plugin_problem()
    if plugin_problem:
        return f"Qt cannot use the display DISPLAY={x11}: {plugin_problem}."
    if not _x11_answers():
        return f"The display DISPLAY={x11} does not answer."
    if wayland:
        os.environ["QT_QPA_PLATFORM"] = "xcb"
    return None


def how_to_see_it() -> str:
    """Return the exact commands that bring the window to a person from a machine without a display."""
    return (
        f"To see the window itself, in {ROOT}:\n"
        '  on a virtual display:       xvfb-run -s "-screen 0 1600x1000x24" python launcher.py\n'
        f"  from the machine before you: ssh -X {_user()}@{platform.node() or 'host'}"
        "   and there: python launcher.py"
    )


def _user() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "user"


def _wayland_answers(name: str) -> bool:
    path = Path(os.environ.get("XDG_RUNTIME_DIR", "/"), name)
    try:
        with socket.socket(socket.AF_UNIX) as line:
            line.settimeout(PATIENCE_S)
            line.connect(str(path))
    except OSError:
        return False
    return True


def _x11_plugin_problem() -> str:
    """Return the loader's reason why Qt's X11 plugin does not load, empty where it does."""
    package = find_spec("PyQt6")
    folders = package.submodule_search_locations if package else None
    for folder in folders or ():
        try:
            ctypes.CDLL(str(Path(folder) / "Qt6/plugins/platforms/libqxcb.so"))
        except OSError as problem:
            return str(problem)
    return ""


def _x11_answers() -> bool:
    """Open and close one connection, authorisation included; a display that stays silent does not answer."""
    answers: list[bool] = []

    def ask() -> None:
        xcb = ctypes.CDLL("libxcb.so.1")
        xcb.xcb_connect.restype = ctypes.c_void_p
        connection = ctypes.c_void_p(xcb.xcb_connect(None, None))
        answers.append(xcb.xcb_connection_has_error(connection) == 0)
        xcb.xcb_disconnect(connection)

    asking = threading.Thread(target=ask, daemon=True)
    asking.start()
    asking.join(PATIENCE_S)
    return answers == [True]
