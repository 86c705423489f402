"""Noise layer by layer: on or off, how strong, from which seed."""

import dataclasses
from collections.abc import Sequence

from PyQt6.QtCore import pyqtSignal
from PyQt6.QtWidgets import QCheckBox, QHBoxLayout, QVBoxLayout, QWidget

from ganstudio.core.document import SEED_COUNT, LayerNoise, NoiseMode, NoiseSetting
from ganstudio.gui.canvas.board_cells import BoardCell, BoardColumn, BoardRow
from ganstudio.gui.canvas.weight_board import WeightBoard
from ganstudio.gui.theme.icons import IconName
from ganstudio.gui.theme.tokens import TARGET
from ganstudio.gui.widgets.buttons import IconButton, describe
from ganstudio.gui.widgets.drawer import Drawer
from ganstudio.gui.widgets.seed_box import SeedBox
from ganstudio.gui.widgets.slider import SliderRange
from ganstudio.studio.mixing import layer_groups

LAYER = SliderRange(low=0.0, high=2.0, default=1.0, step=0.01, decimals=2)
TIP = (
    "Drag to set a layer's strength, click to turn it on or off, type a number, double-click for 1. "
    "Arrow keys move, + and − step"
)


class LayersDrawer(Drawer):
    """Tells with `changed(LayerNoise, gesture)` what one layer is to do."""

    changed = pyqtSignal(object, str)
    settled = pyqtSignal()

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__("Every layer", "Turn single layers on or off, with a strength and a seed of their own", parent)
        self._sides: tuple[int, ...] = ()
        self._noise = NoiseSetting()
        self.board = WeightBoard("Noise by layer", TIP, LAYER, across=True)
        self.board.weighed.connect(lambda _column, row, value, gesture: self._tell(row, gesture, value, True))
        self.board.toggled.connect(lambda _column, row, gesture: self._tell(row, gesture, on=not self._layer(row).on))
        self.board.reset.connect(lambda _column, row, gesture: self._tell(row, gesture, 1.0, True))
        self.board.picked.connect(lambda _column, _row: self._show_seed())
        self.board.settled.connect(self.settled)
        self.seed = SeedBox("Own seed", "A seed for this layer alone", SEED_COUNT)
        self.seed.chosen.connect(self._seed_chosen)
        self.seed.settled.connect(self.settled)
        self.shared = IconButton(IconName.RESET, "Use the shared seed", "Let this layer use all layers' seed again")
        self.shared.clicked.connect(self._share)
        self.still = QCheckBox("Keep this layer still")
        self.still.setMinimumHeight(TARGET)
        describe(self.still, "Keep this layer still", "While the noise turns, this layer's stays as it is")
        self.still.clicked.connect(self._keep_still)
        self.seeds = QWidget()
        own = QVBoxLayout(self.seeds)
        own.setContentsMargins(0, 0, 0, 0)
        own.setSpacing(2)
        row = QHBoxLayout()
        row.setSpacing(2)
        row.addWidget(self.seed, 1)
        row.addWidget(self.shared)
        own.addLayout(row)
        own.addWidget(self.still)
        for widget in (self.board, self.seeds):
            self.content.addWidget(widget)

    def show_layers(self, sides: Sequence[int]) -> None:
        """Offer a row for each layer, by the pixels that it acts on."""
        self._sides = tuple(sides)

    def show_noise(self, noise: NoiseSetting) -> None:
        """Show what every layer does."""
        self._noise = noise
        brackets = {row: group.group.value for group in layer_groups(self._sides) for row in group.rows}
        rows = [BoardRow(f"{side} px", bracket=brackets[i]) for i, side in enumerate(self._sides)]
        cells = [self._cell(i) for i in range(len(self._sides))]
        self.board.show_cells(rows, [BoardColumn("noise", tuple(cells))] if rows else [])
        self._show_seed()

    @property
    def _row(self) -> int:
        return self.board.cursor_cell[1]

    def _layer(self, row: int) -> LayerNoise:
        return self._noise.of_layer(row)

    def _cell(self, row: int) -> BoardCell:
        layer = self._layer(row)
        seed = "the shared seed" if layer.seed is None else f"seed {layer.seed}"
        words = f"strength {layer.strength:.2f}{', still' if layer.still else ''}" if layer.on else "off"
        return BoardCell(layer.strength, on=layer.on, tip=f"Layer {row + 1}, {self._sides[row]} px: {words}, {seed}")

    def _show_seed(self) -> None:
        layer = self._layer(self._row)
        self.seeds.setVisible(self._noise.mode is NoiseMode.RANDOM)
        self.seed.show_seed(self._noise.seed if layer.seed is None else layer.seed)
        self.shared.setEnabled(layer.seed is not None)
        self.still.setChecked(layer.still)

    def _seed_chosen(self, seed: int, gesture: str) -> None:
        self.changed.emit(dataclasses.replace(self._layer(self._row), seed=seed), gesture)

    def _share(self) -> None:
        self.changed.emit(dataclasses.replace(self._layer(self._row), seed=None), "")
        self.settled.emit()

    def _keep_still(self, still: bool) -> None:
        self.changed.emit(dataclasses.replace(self._layer(self._row), still=still), "")
        self.settled.emit()

    def _tell(self, row: int, gesture: str, strength: float | None = None, on: bool | None = None) -> None:
        layer = self._layer(row)
        chosen = layer.strength if strength is None else strength
        self.changed.emit(dataclasses.replace(layer, strength=chosen, on=layer.on if on is None else on), gesture)
