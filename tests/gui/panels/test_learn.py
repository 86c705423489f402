"""Watching small networks learn, in a real window."""

import dataclasses
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest
from PyQt6.QtCore import QPoint, Qt

from ganstudio.gui.panels.learn import LearnPanel
from ganstudio.gui.panels.learn_settings import LearnSettingsPanel
from ganstudio.gui.panels.learn_stories import LearnStoriesPanel
from ganstudio.gui.workspaces import LEARN
from ganstudio.studio.teaching_lesson import STORIES, D, Example, G, Lesson

PATIENCE_MS = 60_000


@pytest.fixture
def lesson(start: Callable[..., Any]) -> Any:
    """A window that shows the first lesson."""
    running = start("digits-gan", workspaces=(LEARN,))
    running.qtbot.waitUntil(lambda: running.session.lecture.look is not None, timeout=PATIENCE_MS)
    return running


def part(running: Any, kind: type) -> Any:
    return next(panel for panel in running.window.body.panels if isinstance(panel, kind))


def click(running: Any, button: Any) -> None:
    running.qtbot.mouseClick(button, Qt.MouseButton.LeftButton, pos=QPoint(10, 10))


def at_step(running: Any, least: int, example: Example) -> None:
    lecture = running.session.lecture

    def there() -> bool:
        look = lecture.look
        return look is not None and look.lesson.example is example and look.steps >= least

    running.qtbot.waitUntil(there, timeout=PATIENCE_MS)


def test_turns_steps_playing_and_slow_motion(lesson: Any) -> None:
    panel, lecture = part(lesson, LearnPanel), lesson.session.lecture
    assert panel.isVisible()
    assert lecture.look.steps == 0
    click(lesson, panel.turn)
    at_step(lesson, 1, Example.RING)
    assert lecture.look.next_turn == G
    assert "G moves its points" in panel.following.text()
    lesson.qtbot.waitUntil(lambda: not lecture.busy, timeout=PATIENCE_MS)
    click(lesson, panel.step)
    lesson.qtbot.waitUntil(lambda: lecture.look.next_turn == D, timeout=PATIENCE_MS)
    lesson.qtbot.waitUntil(lambda: not lecture.busy, timeout=PATIENCE_MS)
    click(lesson, panel.play)
    at_step(lesson, 12, Example.RING)
    assert panel.play.text().strip() == "Rest"
    assert panel.losses.series[0].name == "D's loss"
    assert len(panel.losses.series[0].x) >= 12
    click(lesson, panel.slow)
    assert lecture.slow
    before = len(lecture.look.curves[f"{D} loss"][0])
    lesson.qtbot.waitUntil(lambda: len(lecture.look.curves[f"{D} loss"][0]) >= before + 1, timeout=PATIENCE_MS)
    click(lesson, panel.play)
    assert not lecture.playing


def test_stories_begin_afresh_and_settings_act_at_once(lesson: Any) -> None:
    stories, settings = part(lesson, LearnStoriesPanel), part(lesson, LearnSettingsPanel)
    lecture = lesson.session.lecture
    click(lesson, stories.buttons["digits"])
    at_step(lesson, 3, Example.DIGITS)
    assert lecture.look.fake.dtype == np.uint8
    assert lecture.playing
    assert stories.buttons["digits"].isChecked()
    settings.generator_rate.track.step(10)
    assert lecture.lesson.generator_lr == pytest.approx(0.0015)
    settings.game.button("minimax").click()
    assert lecture.lesson.minimax
    lesson.qtbot.waitUntil(lambda: lecture.look.lesson == lecture.lesson, timeout=PATIENCE_MS)
    steps = lecture.look.steps
    assert steps >= 3
    settings.latent.track.step(-8)
    assert lecture.lesson.z_dim == 8
    lesson.qtbot.waitUntil(lambda: lecture.look.lesson.z_dim == 8, timeout=PATIENCE_MS)


def test_every_story_has_a_command_and_everything_a_name(lesson: Any) -> None:
    names = {command.name for panel in lesson.window.body.panels for command in panel.commands()}
    assert {f"Learning: {story.title}" for story in STORIES} <= names
    panel = part(lesson, LearnPanel)
    for widget in (panel.view, panel.losses, panel.gradients, panel.play, panel.restart):
        assert widget.accessibleName()
        assert widget.toolTip()
    assert all(each.topic() is not None for each in lesson.window.body.panels)


def test_nothing_is_learned_out_of_sight(lesson: Any) -> None:
    panel, lecture = part(lesson, LearnPanel), lesson.session.lecture
    lecture.play(playing=True)
    lesson.window.body.stage.show_page("Picture")
    lesson.qtbot.waitUntil(lambda: not lecture.busy, timeout=PATIENCE_MS)
    assert not panel.isVisible()
    assert not panel.ticking
    lesson.window.body.stage.show_page(panel.title)
    assert panel.ticking


def test_a_lesson_is_plain_data() -> None:
    assert dataclasses.is_dataclass(Lesson)
    assert len({story.key for story in STORIES}) == len(STORIES)
