"""StyleGAN2's hyper-parameters read back from tensor shapes."""

import math

from ganstudio.architectures.stylegan2.discriminator import StyleGAN2DiscriminatorConfig
from ganstudio.architectures.stylegan2.networks import StyleGAN2Config, Wiring
from ganstudio.core.architecture import Shapes

RESOLUTIONS = tuple(4 << i for i in range(12))


def recognise(shapes: Shapes) -> StyleGAN2Config | None:
    """Read the generator's hyper-parameters; None where the tensors are not StyleGAN2's."""
    resolutions = [r for r in RESOLUTIONS if len(shapes.get(f"synthesis.b{r}.conv1.weight", ())) == 4]
    mapping = mapping_shape(shapes)
    if mapping is None or len(shapes.get("synthesis.b4.const", ())) != 3 or not resolutions:
        return None
    colours = shapes.get(f"synthesis.b{resolutions[-1]}.torgb.weight", ())
    first = shapes["mapping.fc0.weight"]
    if len(colours) != 4:
        return None
    layers, w_dim, c_dim, embed, hidden = mapping
    if "synthesis.b8.skip.weight" in shapes:
        wiring = Wiring.RESIDUAL
    else:
        wiring = Wiring.SKIP if "synthesis.b4.torgb.weight" in shapes else Wiring.ORIGINAL
    return StyleGAN2Config(
        z_dim=first[1] - (embed or (w_dim if c_dim else 0)),
        c_dim=c_dim,
        w_dim=w_dim,
        img_channels=colours[0],
        channels=tuple(shapes[f"synthesis.b{r}.conv1.weight"][0] for r in resolutions),
        architecture=wiring,
        mapping_layers=layers,
        mapping_embed=embed,
        mapping_hidden=hidden,
        use_noise=not {"synthesis.b4.conv1.noise_const", "synthesis.b4.conv1.noise_strength"}.isdisjoint(shapes),
        resample_filter=binomial(shapes.get("synthesis.b4.resample_filter", (4,))[0]),
    )


def recognise_discriminator(shapes: Shapes) -> StyleGAN2DiscriminatorConfig | None:
    """Read the discriminator's hyper-parameters; None where the tensors are not StyleGAN2's."""
    resolutions = [r for r in RESOLUTIONS[1:] if len(shapes.get(f"b{r}.conv0.weight", ())) == 4]
    end, out = shapes.get("b4.conv.weight", ()), shapes.get("b4.out.weight", ())
    if not resolutions or len(end) != 4 or len(out) != 2:
        return None
    colours = shapes.get(f"b{resolutions[-1]}.fromrgb.weight", ())
    if len(colours) != 4:
        return None
    if "b4.fromrgb.weight" in shapes:
        wiring = Wiring.SKIP
    else:
        wiring = Wiring.RESIDUAL if f"b{resolutions[-1]}.skip.weight" in shapes else Wiring.ORIGINAL
    mapping = mapping_shape(shapes)
    layers, _, c_dim, embed, hidden = mapping or (8, 0, 0, None, None)
    return StyleGAN2DiscriminatorConfig(
        c_dim=c_dim,
        img_channels=colours[1],
        channels=(end[0], *(shapes[f"b{r}.conv0.weight"][0] for r in resolutions)),
        architecture=wiring,
        cmap_dim=out[0] if c_dim and out[0] != end[0] else None,
        mapping_layers=layers,
        mapping_embed=embed,
        mapping_hidden=hidden,
        mbstd_channels=end[1] - end[0],
        resample_filter=binomial(shapes.get(f"b{resolutions[-1]}.resample_filter", (4,))[0]),
    )


def mapping_shape(shapes: Shapes) -> tuple[int, int, int, int | None, int | None] | None:
    """Layers, output width, labels, embedding and hidden width (None where they equal the output width)."""
    layers = 0
    while len(shapes.get(f"mapping.fc{layers}.weight", ())) == 2:
        layers += 1
    if not layers:
        return None
    w_dim = shapes[f"mapping.fc{layers - 1}.weight"][0]
    embedding = shapes.get("mapping.embed.weight", ())
    embed, c_dim = (embedding[0], embedding[1]) if len(embedding) == 2 else (w_dim, 0)
    hidden = shapes["mapping.fc0.weight"][0]
    return layers, w_dim, c_dim, None if embed == w_dim else embed, None if hidden == w_dim else hidden


def binomial(taps: int) -> tuple[float, ...]:
    """The usual filter of a length: [1, 3, 3, 1] for four taps."""
    if not 1 <= taps <= 64:
        return (1.0, 3.0, 3.0, 1.0)
    return tuple(float(math.comb(taps - 1, i)) for i in range(taps))
