"""The stories that a lesson can tell."""

from typing import ClassVar

from PyQt6.QtWidgets import QWidget

from ganstudio.gui.actions import Command
from ganstudio.gui.learn_topics import STORIES as TOPIC
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import TextButton
from ganstudio.gui.widgets.labels import label
from ganstudio.studio.session import Session
from ganstudio.studio.teaching_lesson import STORIES, Story


class LearnStoriesPanel(Panel):
    """One button for each story, and what it shows."""

    title: ClassVar[str] = "Stories"
    icon: ClassVar[IconName] = IconName.LIBRARY
    needs_model: ClassVar[bool] = False

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(session, parent)
        self.lecture = session.lecture
        self.buttons: dict[str, TextButton] = {}
        for story in STORIES:
            button = TextButton(story.title, f"Begin: {story.words}", "tab", IconName.PLAY)
            button.setCheckable(True)
            button.clicked.connect(lambda _checked, story=story: self._begin(story))
            self.buttons[story.key] = button
            self.column.addWidget(button)
            self.column.addWidget(label(story.words, "small", wrap=True))
        self.bindings.on(self.lecture.changed, self._show)
        self._show()

    def topic(self) -> Topic | None:
        """What its question mark says."""
        return TOPIC

    def commands(self) -> tuple[Command, ...]:
        """Each story from the palette."""
        return tuple(self._command(story) for story in STORIES)

    def _command(self, story: Story) -> Command:
        name, words = f"Learning: {story.title}", "story teach lesson"
        return Command(f"learn.story.{story.key}", name, lambda: self._begin(story), words=words, group=self.title)

    def _begin(self, story: Story) -> None:
        self.lecture.tell(story)
        self.lecture.play(playing=True)

    def _show(self) -> None:
        for key, button in self.buttons.items():
            button.setChecked(key == self.lecture.story)
