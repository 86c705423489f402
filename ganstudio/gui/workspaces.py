"""Arrangements of panels, as data: another workspace is another entry."""

from dataclasses import dataclass

from ganstudio.gui.panels.arithmetic import ArithmeticPanel
from ganstudio.gui.panels.bending import BendingPanel
from ganstudio.gui.panels.classes import ClassPanel
from ganstudio.gui.panels.compare import ComparePanel
from ganstudio.gui.panels.device import DevicePanel
from ganstudio.gui.panels.directions import DirectionsPanel
from ganstudio.gui.panels.directions_teach import TeachPanel
from ganstudio.gui.panels.doctor import DoctorPanel
from ganstudio.gui.panels.drag_points import DragPointsPage
from ganstudio.gui.panels.export import ExportPanel
from ganstudio.gui.panels.history import HistoryPanel
from ganstudio.gui.panels.kept import KeptPanel
from ganstudio.gui.panels.latent import LatentPanel
from ganstudio.gui.panels.layers import LayersPanel
from ganstudio.gui.panels.learn import LearnPanel
from ganstudio.gui.panels.learn_settings import LearnSettingsPanel
from ganstudio.gui.panels.learn_stories import LearnStoriesPanel
from ganstudio.gui.panels.library import LibraryPanel
from ganstudio.gui.panels.mixing import MixingPanel
from ganstudio.gui.panels.mixing_sheet import MixingSheetPanel
from ganstudio.gui.panels.model import ModelPanel
from ganstudio.gui.panels.noise import NoisePanel
from ganstudio.gui.panels.paint_concepts import ConceptPanel
from ganstudio.gui.panels.paint_map import PaintMapPanel
from ganstudio.gui.panels.paint_page import PaintPage
from ganstudio.gui.panels.paint_palette import PalettePanel
from ganstudio.gui.panels.paint_style import PaintStylePanel
from ganstudio.gui.panels.paint_tools import PaintToolsPanel
from ganstudio.gui.panels.panel import Panel
from ganstudio.gui.panels.photo_card import PhotoCardPanel
from ganstudio.gui.panels.photo_page import PhotoPage
from ganstudio.gui.panels.photo_paste import PhotoPastePanel
from ganstudio.gui.panels.photo_search import PhotoSearchPanel
from ganstudio.gui.panels.photo_views import BeforeAfterPage, MaskPage, PastedPage
from ganstudio.gui.panels.project import ProjectPanel
from ganstudio.gui.panels.retouch import RetouchPage
from ganstudio.gui.panels.style_channels import StyleChannelsPanel
from ganstudio.gui.panels.timeline import TimelinePanel
from ganstudio.gui.panels.train_board import TrainBoardPanel
from ganstudio.gui.panels.train_data import TrainDataPanel
from ganstudio.gui.panels.train_fit import TrainFitPanel
from ganstudio.gui.panels.train_options import TrainOptionsPanel
from ganstudio.gui.panels.train_run import TrainRunPanel
from ganstudio.gui.panels.train_runs import TrainRunsPanel
from ganstudio.gui.panels.train_snapshots import TrainSnapshotsPanel
from ganstudio.gui.panels.truncation import TruncationPanel
from ganstudio.gui.theme.icons import IconName


@dataclass(frozen=True)
class Workspace:
    """Which panels stand around the picture, and which take its place as tabs of the middle."""

    name: str
    title: str
    icon: IconName
    left: tuple[type[Panel], ...]
    right: tuple[type[Panel], ...]
    middle: tuple[type[Panel], ...] = ()
    bottom: tuple[type[Panel], ...] = ()
    folded: tuple[type[Panel], ...] = ()  # until a person unfolds them
    front: str = ""  # the title of the panel that takes the picture's place at first

    def places(self) -> tuple[tuple[type[Panel], ...], ...]:
        """The kinds of panels on the left, on the right, in the middle and below."""
        return self.left, self.right, self.middle, self.bottom


EXPLORE = Workspace(
    name="explore",
    title="Explore",
    icon=IconName.EXPLORE,
    left=(LibraryPanel, KeptPanel, ProjectPanel, HistoryPanel, ModelPanel),
    right=(
        LatentPanel,
        TruncationPanel,
        MixingPanel,
        ClassPanel,
        NoisePanel,
        DirectionsPanel,
        ArithmeticPanel,
        BendingPanel,
        StyleChannelsPanel,
        ExportPanel,
        DevicePanel,
    ),
    middle=(MixingSheetPanel, TeachPanel, DragPointsPage, LayersPanel, ComparePanel),
    bottom=(TimelinePanel,),
    folded=(
        ProjectPanel,
        HistoryPanel,
        ModelPanel,
        DirectionsPanel,
        ArithmeticPanel,
        BendingPanel,
        StyleChannelsPanel,
        ExportPanel,
        DevicePanel,
    ),
)

PHOTO = Workspace(
    name="photo",
    title="Edit photo",
    icon=IconName.PHOTO,
    left=(PhotoCardPanel, KeptPanel, LibraryPanel, HistoryPanel),
    right=(
        PhotoSearchPanel,
        PhotoPastePanel,
        DirectionsPanel,
        MixingPanel,
        TruncationPanel,
        NoisePanel,
        StyleChannelsPanel,
        LatentPanel,
    ),
    middle=(PhotoPage, BeforeAfterPage, MaskPage, RetouchPage, DragPointsPage, PastedPage, TeachPanel),
    folded=(LibraryPanel, HistoryPanel, MixingPanel, TruncationPanel, NoisePanel, StyleChannelsPanel, LatentPanel),
    front=PhotoPage.title,
)

PAINT = Workspace(
    name="paint",
    title="Paint",
    icon=IconName.PAINT,
    left=(PalettePanel, PaintToolsPanel, ConceptPanel, HistoryPanel),
    right=(PaintMapPanel, PaintStylePanel, LatentPanel, TruncationPanel, ExportPanel, LibraryPanel),
    middle=(PaintPage,),
    folded=(TruncationPanel, ExportPanel, LibraryPanel),
    front=PaintPage.title,
)

TRAIN = Workspace(
    name="train",
    title="Train",
    icon=IconName.TRAIN,
    left=(TrainRunsPanel,),
    right=(TrainRunPanel, DoctorPanel, TrainSnapshotsPanel, TrainDataPanel, TrainOptionsPanel, TrainFitPanel),
    middle=(TrainBoardPanel, ComparePanel),
    front=TrainBoardPanel.title,
)

LEARN = Workspace(
    name="learn",
    title="Learn",
    icon=IconName.LEARN,
    left=(LearnStoriesPanel,),
    right=(LearnSettingsPanel,),
    middle=(LearnPanel,),
    front=LearnPanel.title,
)

WORKSPACES: tuple[Workspace, ...] = (EXPLORE, PHOTO, PAINT, TRAIN, LEARN)


def workspace_named(name: str | None, workspaces: tuple[Workspace, ...] = WORKSPACES) -> Workspace:
    """The workspace of that name in any case of letters, the first one where there is none."""
    wanted = (name or "").casefold()
    return next((w for w in workspaces if wanted in (w.name.casefold(), w.title.casefold())), workspaces[0])
