"""An augmentation probability that follows the discriminator's overfitting (Karras et al. 2020, ADA, section 3)."""

from collections.abc import Mapping

import torch
from torch import nn

from ganstudio.architectures.stylegan2.recipe_options import Augment, Overfitting, StyleGAN2Options
from ganstudio.core.errors import StudioError
from ganstudio.layers.augmentation.pipeline import AugmentationPipeline
from ganstudio.layers.augmentation.strengths import PRESETS
from ganstudio.losses.schedules import adjusted_probability, overfitting_against_held_out

SIGN_REAL, LOGITS_REAL, LOGITS_FAKE, LOGITS_HELD_OUT = "sign_real", "logits_real", "logits_fake", "logits_held_out"
WATCHED = (SIGN_REAL, LOGITS_REAL, LOGITS_FAKE, LOGITS_HELD_OUT)


class NoHeldOutPicturesError(StudioError):
    """r_v was chosen for data of which nothing is held out."""


class AdaptiveAugmentation(nn.Module):
    """The pipeline and its controller, with the sums since the last adjustment as buffers."""

    sums: torch.Tensor
    counts: torch.Tensor
    steps: torch.Tensor
    measured: torch.Tensor

    def __init__(self, options: StyleGAN2Options) -> None:
        """Start at the probability of the options."""
        super().__init__()
        self.options = options
        self.pipeline = AugmentationPipeline(PRESETS[options.transformations], options.augment_p)
        self.register_buffer("sums", torch.zeros(len(WATCHED)))
        self.register_buffer("counts", torch.zeros(len(WATCHED)))
        self.register_buffer("steps", torch.zeros((), dtype=torch.int64))
        self.register_buffer("measured", torch.zeros(()))

    def follow(self, observed: Mapping[str, float]) -> None:
        """Note one step's means, and adjust the probability every `ada_interval` steps."""
        if self.options.augment is not Augment.ADAPTIVE:
            return
        for place, name in enumerate(WATCHED):
            for key, value in observed.items():
                if key.rpartition("/")[2] == name:
                    self.sums[place] += value
                    self.counts[place] += 1
        self.steps += 1
        if int(self.steps) < self.options.ada_interval:
            return
        overfitting = self._overfitting()
        images = self.options.batch * int(self.steps)
        p = adjusted_probability(
            float(self.pipeline.p), overfitting, self.options.ada_target, images, self.options.ada_images
        )
        self.pipeline.p.fill_(p)
        self.measured.fill_(overfitting)
        for buffer in (self.sums, self.counts, self.steps):
            buffer.zero_()

    def _overfitting(self) -> float:
        sign, real, fake, held_out = (self.sums / self.counts.clamp(min=1)).tolist()
        if self.options.overfitting is Overfitting.R_T:
            return float(sign)
        if not self.counts[WATCHED.index(LOGITS_HELD_OUT)]:
            raise NoHeldOutPicturesError(
                "The augmentation follows r_v, but no picture of these data is held out; follow r_t, or keep some out."
            )
        return overfitting_against_held_out(real, held_out, fake)
