"""One builder per asset: `BUILDERS[name].build()` makes the asset again from the package it names."""

from assets.builders.avatars import AVATARS
from assets.builders.builder import Builder
from assets.builders.digits import DIGITS
from assets.builders.faces_dcgan import FACES_DCGAN
from assets.builders.lpips import LPIPS
from assets.builders.samples import SAMPLES

BUILDERS: dict[str, Builder] = {builder.name: builder for builder in (FACES_DCGAN, *LPIPS, SAMPLES, AVATARS, DIGITS)}
