"""A run's events as TensorBoard shows them, beside the run's own log."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganstudio.core.errors import StudioError
from ganstudio.training.events import Evaluated, Event, Finished, Logits, Samples, Started, Step
from ganstudio.training.judging import BINS

if TYPE_CHECKING:
    from tensorboardX import SummaryWriter


class NoTensorBoardError(StudioError):
    """The package that writes TensorBoard's files is missing."""


class Board:
    """Writes what can be plotted into a folder; the horizontal axis is images_seen."""

    def __init__(self, folder: Path) -> None:
        """Remember the folder; raises NoTensorBoardError at once, not after hours."""
        try:
            import tensorboardX  # noqa: F401 - only asked whether it is there
        except ImportError as error:
            raise NoTensorBoardError(
                "--tensorboard needs the package tensorboardX: install it with  pip install tensorboardX==2.6.5  or "
                "leave the option out."
            ) from error
        self.folder = folder
        self._writer: SummaryWriter | None = None

    def take(self, event: Event) -> None:
        """Write one event, where it has something to show."""
        if isinstance(event, Started):
            self._begin(event.images_seen)
        if self._writer is None:
            return
        match event:
            case Step():
                self._step(self._writer, event)
            case Logits():
                self._logits(self._writer, event)
            case Evaluated():
                self._writer.add_scalar(f"metrics/{event.metric}", event.value, event.images_seen)
            case Samples():
                self._samples(self._writer, event)
            case Finished():
                self._writer.flush()

    def close(self) -> None:
        """Write what is pending and close the file."""
        if self._writer is not None:
            self._writer.close()
            self._writer = None

    def _begin(self, images_seen: int) -> None:
        """Open a file of this process; what an earlier one showed beyond `images_seen` is hidden."""
        from tensorboardX import SummaryWriter

        self.close()
        self._writer = SummaryWriter(str(self.folder), purge_step=images_seen + 1 if images_seen else None)

    def _step(self, writer: "SummaryWriter", event: Step) -> None:
        groups = {
            "losses": event.losses,
            "observed": event.observed,
            "gradient norms": event.gradient_norms,
            "learning rates": event.learning_rates,
            "read-outs": event.read_outs,
            "speed": {"images per second": event.images_per_second},
        }
        for group, values in groups.items():
            for name, value in values.items():
                writer.add_scalar(f"{group}/{name}", value, event.images_seen)

    def _logits(self, writer: "SummaryWriter", event: Logits) -> None:
        edges = np.linspace(event.low, event.high, BINS + 1)
        middles = (edges[:-1] + edges[1:]) / 2
        for kind, counts in event.counts.items():
            number = np.asarray(counts, dtype=np.float64)
            writer.add_histogram_raw(
                f"logits/{kind}",
                min=event.low,
                max=event.high,
                num=int(number.sum()),
                sum=float(event.means[kind] * number.sum()),
                sum_squares=float((number * middles**2).sum()),
                bucket_limits=edges[1:].tolist(),
                bucket_counts=number.tolist(),
                global_step=event.images_seen,
            )
        if event.r_v is not None:
            writer.add_scalar("read-outs/r_v of one step", event.r_v, event.images_seen)

    def _samples(self, writer: "SummaryWriter", event: Samples) -> None:
        from PIL import Image

        with Image.open(event.path) as sheet:
            writer.add_image("samples", np.asarray(sheet.convert("RGB")), event.images_seen, dataformats="HWC")
