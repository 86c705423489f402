"""Adaptive augmentation shown: five styles of avatars, learned from 1500 pictures alone."""

import statistics
from dataclasses import dataclass, replace
from pathlib import Path

from assets.builders.card import CARD, write_card
from assets.builders.trained import TrainedModel
from ganstudio.studio.assets import read_card
from ganstudio.training.run import RunFolder

LAST = 500  # steps whose means stand on the card


@dataclass(frozen=True, slots=True)
class AugmentedModel(TrainedModel):
    """A model with adaptive augmentation, whose card also says what that came to."""

    def pack(self, trained: Path, target: Path) -> None:
        """Write weights, sheet and card of a finished run, with the augmentation's course."""
        TrainedModel.pack(self, trained, target)
        card = read_card(target / CARD)
        write_card(replace(card, training=f"{card.training} {augmentation_in_words(trained.parent)}"), target)


def augmentation_in_words(run: Path) -> str:
    """Say what the augmentation's probability was over a run's last steps, and how overfitted it held the network."""
    steps = [line["read_outs"] for line in RunFolder.open(run).read_log() if line["event"] == "Step"][-LAST:]
    p, r_t = (statistics.mean(step[name] for step in steps) for name in ("augment_p", "r_t"))
    return f"Over the last {LAST} steps the augmentation's probability was {p:.2f} and r_t {r_t:.2f} (its aim: 0.6)."


SHAPE = "batch=16 channels=[128,128,96,64] g_reg_interval=8 path_weight=1 ada_images=100000"
SHARED = {"mirror": "True", "resolution": "32", "arithmetic": "bfloat16", "most": "1500", "labels": "none"}
FIRST_AVATARS = AugmentedModel(
    name="avatars-ada-first",
    title="",
    summary="",
    architecture="stylegan2",
    preset="auto-64-ada",
    data="avatars-64",
    images=61_200,
    measured=0,
    options={**SHARED, "set": f"{SHAPE} r1_gamma=0.3 grow_from=8 grow_images=12000"},
    seed=1,
)
AVATARS_ADA = AugmentedModel(
    name="avatars-ada",
    title="Avatars (StyleGAN2-ADA, 32 px)",
    summary="Illustrated faces at 32 x 32 pixels, in five styles, learned from 1500 drawn ones alone while adaptive "
    "augmentation held the discriminator back from learning them by heart.",
    architecture="stylegan2",
    preset="auto-64-ada",
    data="avatars-64",
    images=53_136,
    measured=1000,
    options={
        **SHARED,
        "set": f"{SHAPE} augment_p=0.08 r1_gamma=0.05 generator_lr=0.0015 discriminator_lr=0.002 ema_half_life=8000 "
        "ema_ramp_up=0.5",
    },
    seed=1,
    enlarged=2,
    first=FIRST_AVATARS,
)
