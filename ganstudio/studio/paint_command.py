"""A label map from disk drawn on the command line, in the style of a seed or of a picture."""

import dataclasses
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.core.device import AUTO, Precision
from ganstudio.core.errors import WrongInputError
from ganstudio.core.progress import Progress
from ganstudio.studio.generation import LAST_SEED

if TYPE_CHECKING:
    from ganstudio.core.document import LatentValue
    from ganstudio.core.frame import ModelInfo
    from ganstudio.core.inputs import LabelMap
    from ganstudio.core.store import Array
    from ganstudio.engine.rendering import Rendering


@dataclass(frozen=True)
class PaintOptions:
    """Draw a label map as a picture, which carries its recipe."""

    map: Path
    """An index or palette picture of any size; its values are the model's classes, its colours may be theirs."""
    out: Path
    """The picture to write: .png, .jpg or .webp."""
    model: str = "face-painter"
    """Name of a shipped model that takes maps, or path of a checkpoint."""
    style: Path | None = None
    """A picture that lends its style, for a model with an encoder."""
    seed: int | None = None
    """Instead of a picture: the seed of a style; the one that the model opens with where neither is given."""
    enlarge: bool = False
    """Write the picture four times as wide and high, with details drawn by Real-ESRGAN."""
    device: str = AUTO
    """Where to compute: auto, cpu, cuda, cuda:1, mps."""
    precision: Precision = Precision.EXACT
    """exact is float32 throughout; fast computes in 16 bits where the device gains by it."""


def paint(options: PaintOptions) -> Iterator[Progress]:
    """Read the map and the style, draw, and write the picture."""
    if options.style is not None and options.seed is not None:
        raise WrongInputError("Give the style as a picture or as a seed, not both: leave --style or --seed out.")
    if options.seed is not None and not 0 <= options.seed <= LAST_SEED:
        raise WrongInputError(f"There is no seed {options.seed}; seeds go from 0 to {LAST_SEED}.")

    from ganstudio.studio.carried import PICTURES
    from ganstudio.studio.pictures import prepare_folder

    if options.out.suffix.lower() not in PICTURES:
        raise WrongInputError(f"{options.out} is no name of a picture; choose one that ends in {', '.join(PICTURES)}.")
    yield Progress(0, 1, f"opening {options.model}")

    from ganstudio.core.label_maps import painted
    from ganstudio.core.store import Store
    from ganstudio.engine.rendering import Rendering
    from ganstudio.studio.enlargement import PictureEnlarging
    from ganstudio.studio.exporting import ExportOptions, save
    from ganstudio.studio.mixing import latent_name

    store, enlarging = Store(), PictureEnlarging(options.device)
    rendering = Rendering(store)
    rendering.choose(options.device, options.precision)
    info = rendering.open(options.model).info
    asked = map_input(info)
    inputs = info.document.inputs.with_item(asked.name, painted(labels_in(options.map, asked), store))
    document = dataclasses.replace(info.document, inputs=inputs)
    style = yield from _style(options, info, rendering)
    if style is not None:
        document = dataclasses.replace(document, inputs=inputs.with_item(latent_name(info) or "", style))
    prepare_folder(options.out.parent)
    picture = rendering.pictures([document])[0]
    picture = (yield from enlarging.enlarged(picture)) if options.enlarge else picture
    save(options.out, picture, document, store, ExportOptions(), enlarging.used)
    yield Progress(1, 1, f"{options.out}")


def map_input(info: "ModelInfo") -> "LabelMap":
    """Return the map that a model asks for; raises WrongInputError where it asks for none."""
    from ganstudio.core.inputs import LabelMap

    asked = next((item for item in info.inputs if isinstance(item, LabelMap)), None)
    if asked is None:
        raise WrongInputError(
            f"The model {info.name} takes no label map; choose one that does, such as face-painter, or draw seeds with "
            "python launcher.py generate."
        )
    return asked


def labels_in(path: Path, asked: "LabelMap") -> "Array":
    """Read a map as class indices uint8 `[H, W]`; raises where its values are not all classes of the model."""
    from ganstudio.studio.painting.map_files import read_map_file

    found = read_map_file(path, asked)
    if found.unknown:
        names = ", ".join(tone.name for tone in found.unknown[:8])
        more = f" and {len(found.unknown) - 8} more" if len(found.unknown) > 8 else ""
        classes = ", ".join(f"{index} {name}" for index, name in enumerate(asked.classes))
        raise WrongInputError(
            f"{path} has values that are no class of the model: {names}{more}. Its classes are {classes}; import "
            "the map in the Paint workspace to say which is which."
        )
    return found.labels(found.likely)


def _style(
    options: PaintOptions, info: "ModelInfo", rendering: "Rendering"
) -> Generator[Progress, None, "LatentValue | None"]:
    """Return the latent of the style that is asked for; None where the model's own is to stay."""
    if options.style is None and options.seed is None:
        return None

    from ganstudio.core.document import LatentArray, LatentPoint, Space
    from ganstudio.core.inputs import Ability
    from ganstudio.studio.mixing import latent_name
    from ganstudio.studio.painting.styles import ReadStyle, style_steps

    if latent_name(info) is None:
        raise WrongInputError(f"The model {info.name} draws from the map alone; leave --style and --seed out.")
    if options.style is None:
        return LatentPoint.of_seed(options.seed or 0)
    if Ability.STYLE_ENCODING not in info.abilities:
        raise WrongInputError(f"The model {info.name} reads no style from pictures; give --seed instead of --style.")
    read: ReadStyle | None = None
    for step in style_steps(rendering.store, info.digest, options.style, rendering):
        read = step.result if isinstance(step.result, ReadStyle) else read
        yield Progress(step.done, step.total, step.label)
    assert read is not None
    return LatentArray(Space.Z, read.z)
