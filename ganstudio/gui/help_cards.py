"""Explanations that float beside what they explain."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QHBoxLayout, QWidget

from ganstudio.gui.sketches import Sketch
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.topics import Topic
from ganstudio.gui.widgets.buttons import IconButton
from ganstudio.gui.widgets.labels import label
from ganstudio.gui.widgets.overlay import Popover


class TopicCard(Popover):
    """“What is this?”"""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self.title = label("", "title")
        self.sketch = Sketch()
        self.words = label("", wrap=True)
        self.paper = label("", "small", wrap=True)
        self.close_button = IconButton(IconName.CLOSE, "Close", "Close this explanation (Esc)")
        self.close_button.clicked.connect(self.dismiss)
        row = QHBoxLayout()
        row.addWidget(self.title, 1)
        row.addWidget(self.close_button)
        self.column.setSpacing(8)
        self.column.addLayout(row)
        self.column.addWidget(self.sketch)
        self.column.addWidget(self.words)
        self.column.addWidget(self.paper)

    def explain(self, topic: Topic, control: QWidget) -> None:
        """Explain a topic beside a control."""
        self.title.setText(topic.title)
        self.sketch.show_topic(topic)
        self.words.setText("\n\n".join(topic.words))
        self.paper.setText(topic.paper)
        self.paper.setVisible(bool(topic.paper))
        self.open_at(control)
        self.close_button.setFocus(Qt.FocusReason.PopupFocusReason)
