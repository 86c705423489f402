"""What the program remembers between starts, in one JSON file."""

import dataclasses
import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ganstudio.core.device import AUTO, Precision
from ganstudio.core.errors import StudioError
from ganstudio.core.files import write_file
from ganstudio.core.paths import user_folder
from ganstudio.studio.launch import Theme

FILE = "settings.json"
RECENT_KEPT = 12


@dataclass
class Settings:
    """Plain values; anything unreadable in the file falls back to its default."""

    theme: Theme = Theme.SYSTEM
    device: str = AUTO
    precision: Precision = Precision.EXACT
    recent: list[str] = field(default_factory=list)
    layout: dict[str, str] = field(default_factory=dict)  # window geometry and panel states, by name
    folder: Path = field(default_factory=user_folder, compare=False)

    @staticmethod
    def load(folder: Path | None = None) -> "Settings":
        """Read the settings; a missing or broken file gives the defaults; the broken one is kept."""
        folder = folder or user_folder()
        file = folder / FILE
        try:
            found = json.loads(file.read_text(encoding="utf-8"))
        except FileNotFoundError:
            return Settings(folder=folder)
        except (OSError, ValueError):
            _keep_aside(file)
            return Settings(folder=folder)
        return _from_json(found if isinstance(found, dict) else {}, folder)

    def save(self) -> bool:
        """Write the settings; tell whether that worked, since a full disk is no reason to stop."""
        values = {f.name: getattr(self, f.name) for f in dataclasses.fields(self) if f.name != "folder"}
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
            data = json.dumps(values, indent=1).encode()
            write_file(self.folder / FILE, [data], len(data))
        except (OSError, StudioError):
            return False
        return True


def _from_json(found: dict[str, Any], folder: Path) -> Settings:
    settings = Settings(folder=folder)
    if found.get("theme") in list(Theme):
        settings.theme = Theme(found["theme"])
    if found.get("precision") in list(Precision):
        settings.precision = Precision(found["precision"])
    if isinstance(found.get("device"), str):
        settings.device = found["device"]
    recent, layout = found.get("recent"), found.get("layout")
    if isinstance(recent, list):
        settings.recent = [path for path in recent if isinstance(path, str)][:RECENT_KEPT]
    if isinstance(layout, dict):
        settings.layout = {k: v for k, v in layout.items() if isinstance(k, str) and isinstance(v, str)}
    return settings


def _keep_aside(file: Path) -> None:
    try:
        file.replace(file.with_suffix(".broken.json"))
    except OSError:
        return
