"""StyleGAN's hyper-parameters read back from tensor shapes."""

from ganstudio.architectures.stylegan.discriminator import StyleGANDiscriminatorConfig
from ganstudio.architectures.stylegan.networks import StyleGANConfig
from ganstudio.core.architecture import Shapes

RESOLUTIONS = tuple(4 << i for i in range(12))


def recognise(shapes: Shapes) -> StyleGANConfig | None:
    """Read the generator's hyper-parameters; None where the tensors are not StyleGAN's."""
    blocks = [f"synthesis.b{r}" for r in RESOLUTIONS if len(shapes.get(f"synthesis.b{r}.conv1.conv.weight", ())) == 4]
    w_dim = sum(shapes.get("mapping.w_avg", ()))
    if not blocks or not w_dim or "synthesis.lod" not in shapes:
        return None
    layers = 0
    while len(shapes.get(f"mapping.fc{layers}.weight", ())) == 2:
        layers += 1
    label = shapes.get("mapping.label.weight", ())
    first = shapes["mapping.fc0.weight"] if layers else (w_dim, w_dim)
    n_in = first[1]
    return StyleGANConfig(
        z_dim=label[0] if label else n_in,
        c_dim=label[1] if label else 0,
        w_dim=w_dim,
        img_channels=shapes[f"{blocks[-1]}.torgb.weight"][0],
        channels=tuple(shapes[f"{name}.conv1.conv.weight"][0] for name in blocks),
        mapping_layers=layers,
        mapping_hidden=None if first[0] == w_dim else first[0],
        use_styles="synthesis.b4.conv1.affine.weight" in shapes,
        use_constant="synthesis.b4.start.const" in shapes,
        use_noise="synthesis.b4.conv1.noise_const" in shapes,
    )


def recognise_discriminator(shapes: Shapes) -> StyleGANDiscriminatorConfig | None:
    """Read the discriminator's hyper-parameters; None where the tensors are not StyleGAN's."""
    widths = [shapes[f"b{r}.conv0.weight"][0] for r in RESOLUTIONS[1:] if f"b{r}.conv0.weight" in shapes]
    end, dense, out = (shapes.get(f"b4.{name}.weight", ()) for name in ("conv", "fc", "out"))
    colours = shapes.get("b4.fromrgb.weight", ())
    if "lod" not in shapes or len(end) != 4 or len(dense) != 2 or len(out) != 2 or len(colours) != 4:
        return None
    return StyleGANDiscriminatorConfig(
        c_dim=out[0] if out[0] > 1 else 0,
        img_channels=colours[1],
        channels=(end[0], *widths),
        dense_width=None if dense[0] == end[0] else dense[0],
        mbstd_channels=end[1] - end[0],
    )
