"""StyleGAN: a mapped latent that enters every layer as a style, grown from low resolutions."""

from dataclasses import replace

from ganstudio.architectures.stylegan.checkpoint import DIALECTS
from ganstudio.architectures.stylegan.discriminator import Discriminator, StyleGANDiscriminatorConfig
from ganstudio.architectures.stylegan.networks import StyleGANConfig, channel_plan
from ganstudio.architectures.stylegan.recipe import recipe_card
from ganstudio.architectures.stylegan.shapes import recognise
from ganstudio.architectures.stylegan.stages import StyleGANGenerator
from ganstudio.core.architecture import Architecture, DiscriminatorCard
from ganstudio.core.frame import Paper
from ganstudio.core.inputs import Ability, ClassLabel, Input, Latent
from ganstudio.core.style_stages import CLASS, LATENT


def inputs(config: StyleGANConfig) -> tuple[Input, ...]:
    """A latent, and a class where the model is conditional."""
    latent = Latent(LATENT, config.z_dim)
    return (latent, ClassLabel(CLASS, config.c_dim)) if config.c_dim else (latent,)


def abilities(config: StyleGANConfig) -> frozenset[Ability]:
    """Truncation always, mixing where every layer has a style, noise where the layers have it."""
    found = {Ability.TRUNCATION}
    if config.use_styles:
        found.add(Ability.STYLE_MIXING)
    if config.use_noise:
        found.add(Ability.NOISE)
    return frozenset(found)


TINY = StyleGANConfig(z_dim=16, w_dim=12, channels=(12, 10, 8), mapping_layers=2)
CONFIG_E = StyleGANConfig(channels=channel_plan(1024, 8192, 512))
CONFIG_D = replace(CONFIG_E, use_noise=False)
CONFIG_C = replace(CONFIG_D, use_constant=False)
CONFIG_B = replace(CONFIG_C, mapping_layers=0, use_styles=False, instance_norm=False, pixel_norm=True)
PRESETS = {
    "tiny": TINY,
    "tiny-conditional": replace(TINY, c_dim=3, mapping_hidden=9, img_channels=1, use_constant=False),
    "tiny-plain": replace(
        TINY,
        w_dim=16,
        mapping_layers=0,
        blur_filter=(),
        use_styles=False,
        use_constant=False,
        use_noise=False,
        instance_norm=False,
        pixel_norm=True,
    ),
    "config-a-1024": replace(CONFIG_B, blur_filter=()),
    "config-b-1024": CONFIG_B,
    "config-c-1024": CONFIG_C,
    "config-d-1024": CONFIG_D,
    "config-e-1024": CONFIG_E,
    "config-f-1024": CONFIG_E,
    "faces-64": StyleGANConfig(z_dim=256, w_dim=256, channels=(192, 192, 128, 64, 32)),
    "faces-32": StyleGANConfig(z_dim=256, w_dim=256, channels=(192, 128, 96, 48)),
}

card = Architecture(
    id="stylegan",
    title="StyleGAN",
    paper=Paper(
        "A Style-Based Generator Architecture for Generative Adversarial Networks",
        "Karras, Laine, Aila",
        2019,
        "1812.04948",
    ),
    config=StyleGANConfig,
    presets=PRESETS,
    inputs=inputs,
    abilities=abilities,
    build=StyleGANGenerator,
    recognise=recognise,
    unseen=frozenset({"mapping_lr", "w_avg_beta", "blur_filter", "instance_norm", "pixel_norm"}),
    dialects=DIALECTS,
    discriminator=DiscriminatorCard(StyleGANDiscriminatorConfig, Discriminator),
    recipe=recipe_card,
)
