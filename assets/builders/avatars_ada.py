"""What adaptive augmentation does for few pictures: the same network with and without it, on 1500 avatars."""

import statistics
import tempfile
from dataclasses import dataclass, replace
from pathlib import Path

from assets.builders.card import write_card
from assets.builders.trained import METRICS, TrainedModel
from ganstudio import open_model
from ganstudio.studio.assets import read_card
from ganstudio.studio.evaluation import measured_model
from ganstudio.training.run import RunFolder

LAST = 500  # steps whose means stand on the card


@dataclass(frozen=True, slots=True)
class AugmentedModel(TrainedModel):
    """A model with adaptive augmentation; the card also says how `plain`, the same without it, turned out."""

    plain: TrainedModel | None = None

    def build(self, target: Path | None = None) -> Path:
        """Train both, measure both and write the augmented one into `target`; raises TrainingFailedError."""
        assert self.plain is not None
        target = target or self.folder
        with tempfile.TemporaryDirectory() as scratch:
            self.pack_compared(self.trained(Path(scratch)), self.plain.trained(Path(scratch)), target)
        return target

    def pack_compared(self, trained: Path, plain: Path, target: Path) -> None:
        """Write weights, sheet and card of a finished run, with the numbers of the run without augmentation."""
        self.pack(trained, target)
        card, model = read_card(target / "card.json"), open_model(plain)
        found = self.measure(measured_model(model), self.real(model.info.resolution), METRICS)
        named = (replace(number, metric=f"{number.metric} without augmentation") for number in found)
        training = f"{card.training} {probability_in_words(trained.parent)}"
        write_card(replace(card, training=training, numbers=(*card.numbers, *named)), target)


def probability_in_words(run: Path) -> str:
    """Say what the augmentation's probability was over a run's last steps, and how overfitted it held the network."""
    steps = [line["read_outs"] for line in RunFolder.open(run).read_log() if line["event"] == "Step"][-LAST:]
    p, r_t = (statistics.mean(step[name] for step in steps) for name in ("augment_p", "r_t"))
    return f"Over the last {LAST} steps the augmentation's probability was {p:.2f} and r_t {r_t:.2f} (its aim: 0.6)."


SHAPE = (
    "batch=16 channels=[128,128,96,64] g_reg_interval=8 r1_gamma=0.3 path_weight=1 grow_from=8 grow_images=12000"
)
SHARED = {"mirror": "True", "resolution": "32", "arithmetic": "bfloat16", "most": "1500"}
PLAIN = TrainedModel(
    name="avatars-plain",
    title="",
    summary="",
    architecture="stylegan2",
    preset="auto-64",
    data="avatars-64",
    images=100_000,
    measured=1000,
    options={**SHARED, "set": SHAPE},
    seed=1,
)
AVATARS_ADA = AugmentedModel(
    name="avatars-ada",
    title="Avatars (StyleGAN2-ADA, 32 px)",
    summary="Illustrated faces at 32 x 32 pixels, in five styles, learned from 1500 drawn ones "
    "alone: adaptive augmentation kept the discriminator from learning them by heart.",
    architecture="stylegan2",
    preset="auto-64-ada",
    data="avatars-64",
    images=100_000,
    measured=1000,
    options={**SHARED, "set": f"{SHAPE} ada_images=100000"},
    seed=1,
    enlarged=2,
    plain=PLAIN,
)
