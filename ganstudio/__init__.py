"""GAN Studio: explore, edit, paint and train generative adversarial networks."""

from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from ganstudio.core.store import Array
    from ganstudio.engine.model import Model

__version__ = "0.1.0"


def open_model(name_or_path: "str | Path", device: str = "auto", precision: str = "exact") -> "Model":
    """Open a shipped model by name or any checkpoint by path, for use in a script.

    The result has `mapping(z, c)` -> ws `[N, n_latent, w_dim]`, `synthesis(ws, noise)` -> pictures `[N, C, H, W]` in
    [-1, 1] and `sample(seeds, psi, cutoff)`; see `ganstudio.engine.model.Model`.
    """
    from ganstudio.core.device import Precision
    from ganstudio.core.errors import WrongInputError
    from ganstudio.engine.model import open_model as opened

    if precision not in list(Precision):
        raise WrongInputError(f"There is no precision {precision!r}; choose one of: {', '.join(Precision)}.")
    return opened(name_or_path, device, Precision(precision))


def draw_recipe(recipe: "str | bytes | Path") -> "Array":
    """Draw the picture of a recipe again, uint8 `[H, W, 3]`.

    `recipe` is the path of an exported picture or of a recipe file, or the recipe's own text, as the window copies it.
    """
    from ganstudio.studio.recipes import draw_recipe as drawn

    return drawn(recipe)
