"""Settings survive a restart, and broken files do not stop the program."""

import json
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from ganstudio.core.device import Precision
from ganstudio.studio.launch import Theme
from ganstudio.studio.settings import FILE, JOURNAL_CHOICES_S, RECENT_KEPT, Settings, _from_json


def test_settings_come_back(tmp_path: Path) -> None:
    settings = Settings(Theme.DARK, "cuda:0", Precision.FAST, ["a.pkl"], {"window": "00ff"}, tmp_path / "new")
    settings.projects, settings.keys = ["a.ganstudio"], {"fit": "Ctrl+F"}
    settings.exports, settings.journal_s = "pictures", 3.0
    assert settings.save()
    assert Settings.load(tmp_path / "new") == settings
    assert (tmp_path / "new" / FILE).exists()


def test_the_users_folder_is_the_default(home: Path) -> None:
    assert Settings.load().save()
    assert (home / FILE).exists()


def test_a_broken_file_is_kept_aside(tmp_path: Path) -> None:
    (tmp_path / FILE).write_text("{ theme:", encoding="utf-8")
    assert Settings.load(tmp_path) == Settings(folder=tmp_path)
    assert (tmp_path / "settings.broken.json").read_text(encoding="utf-8") == "{ theme:"


def test_the_last_of_many_writes_is_what_stays(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path)
    for number in range(50):
        settings.device = f"cuda:{number}"
        settings.save_soon()
    settings.device = "cpu"
    assert settings.save()
    settings.keeping.finish()
    assert Settings.load(tmp_path).device == "cpu"


def test_two_windows_keep_what_each_of_them_changed(tmp_path: Path) -> None:
    Settings(folder=tmp_path, recent=["old.pkl"]).save()
    first, second = Settings.load(tmp_path), Settings.load(tmp_path)
    first.keys["fit"] = "Ctrl+F"
    first.save_soon()
    first.theme = Theme.DARK
    first.save_soon()
    first.keeping.finish()
    second.device = "cpu"
    assert second.save()
    assert second.save()
    both = Settings.load(tmp_path)
    assert (both.keys, both.theme, both.device, both.recent) == ({"fit": "Ctrl+F"}, Theme.DARK, "cpu", ["old.pkl"])
    second.keys = {"fit": "F"}
    assert second.save()
    assert first.save()
    assert Settings.load(tmp_path).keys == {"fit": "F"}


def test_a_write_beside_the_caller_is_finished_and_does_not_change_with_what_comes_after(tmp_path: Path) -> None:
    settings = Settings(folder=tmp_path, recent=["a.pkl"])
    settings.save_soon()
    settings.recent = ["not written"]
    settings.keeping.finish()
    assert Settings.load(tmp_path).recent == ["a.pkl"]


def test_a_folder_that_cannot_be_made_is_reported(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    assert not Settings(folder=tmp_path / "file" / "below").save()


values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=30) | st.dictionaries(st.text(max_size=8), inner, max_size=4),
    max_leaves=12,
)
KNOWN = ("theme", "device", "precision", "recent", "layout", "projects", "keys", "exports", "journal_s")
names = st.sampled_from((*KNOWN, "folder", "unknown"))


@given(found=st.dictionaries(names, values))
def test_any_json_gives_usable_settings(found: dict[str, object]) -> None:
    settings = _from_json(json.loads(json.dumps(found)), Path("nowhere"))
    assert settings.theme in Theme
    assert settings.precision in Precision
    assert all(isinstance(path, str) for path in settings.recent)
    assert len(settings.recent) <= RECENT_KEPT
    assert all(isinstance(key, str) for key in (*settings.projects, *settings.keys.values()))
    assert settings.journal_s in JOURNAL_CHOICES_S
    assert settings.folder == Path("nowhere")
