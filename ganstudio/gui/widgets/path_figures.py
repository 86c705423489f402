"""Path lengths of the model and of the path, with what they can be trusted to."""

from PyQt6.QtCore import Qt
from PyQt6.QtWidgets import QGridLayout, QHBoxLayout, QLabel, QVBoxLayout, QWidget

from ganstudio.gui.widgets.buttons import TextButton, describe
from ganstudio.gui.widgets.labels import label
from ganstudio.studio.model_ppl import VARIANTS, Variant
from ganstudio.studio.path_speed import PathFigure

WIDTH = 212
TIP = (
    "The model's perceptual path length with its 95 % interval: lower is smoother. It grows more certain in idle time "
    "and is kept for this model. LPIPS-VGG16, whole pictures, the limit of small steps, without the outer percentiles"
)


class PathFigures(QWidget):
    """A small table: spaces by rows, full and end by columns, and the path below."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFixedWidth(WIDTH)
        self.published = TextButton("Published…", "The tables of the papers beside your numbers", "link")
        heading = QHBoxLayout()
        heading.setContentsMargins(0, 0, 0, 0)
        heading.addWidget(label("Model PPL", "strong"), 1)
        heading.addWidget(self.published)
        self.cells: dict[Variant, tuple[QLabel, QLabel]] = {}
        grid = QGridLayout()
        grid.setContentsMargins(0, 0, 0, 0)
        grid.setHorizontalSpacing(8)
        grid.setVerticalSpacing(0)
        self._rows: dict[str, QLabel] = {}
        for column, sampling in enumerate(("full", "end"), start=1):
            grid.addWidget(label(sampling, "small"), 0, column, Qt.AlignmentFlag.AlignRight)
            grid.setColumnStretch(column, 1)
        for number, space in enumerate(("w", "z")):
            self._rows[space] = label(space.upper(), "muted")
            grid.addWidget(self._rows[space], 1 + 2 * number, 0)
            for column, sampling in enumerate(("full", "end"), start=1):
                value, count = label("–"), label("", "small")
                self.cells[Variant(space, sampling)] = (value, count)
                grid.addWidget(value, 1 + 2 * number, column, Qt.AlignmentFlag.AlignRight)
                grid.addWidget(count, 2 + 2 * number, column, Qt.AlignmentFlag.AlignRight)
        self.path = label("", "", wrap=True)
        column_of_all = QVBoxLayout(self)
        column_of_all.setContentsMargins(8, 0, 0, 0)
        column_of_all.setSpacing(4)
        column_of_all.addLayout(heading)
        column_of_all.addLayout(grid)
        column_of_all.addStretch(1)
        column_of_all.addWidget(self.path)
        describe(self, "Perceptual path length", TIP)

    def show_model(self, offered: tuple[Variant, ...], figures: dict[Variant, PathFigure]) -> None:
        """Show the model's numbers, those that it can have."""
        for variant in VARIANTS:
            value, count = self.cells[variant]
            known = figures.get(variant)
            value.setText(known.words() if known is not None else "–")
            count.setText(f"n {known.n}" if known is not None else "")
            for part in (value, count, self._rows[variant.space]):
                part.setVisible(variant in offered)
            said = f"{known.words()}, {known.n} samples" if known is not None else "not measured yet"
            value.setAccessibleName(f"{variant.title}: {said}")

    def show_path(self, known: PathFigure | None) -> None:
        """Show the path's number."""
        self.path.setText(f"This path  {known.words()}" if known is not None else "")
