"""What a face is set into: the picture in sight, a kept one, or another photo."""

from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np

from ganstudio.core.document import Document
from ganstudio.core.store import Array, Store

if TYPE_CHECKING:
    import torch

    from ganstudio.engine.model import Model

OVAL = (0.5, 0.52, 0.33, 0.4)
"""The middle and the radii of most of a framed face, in shares of the picture."""
SIDE = 256


def face_region() -> Array:
    """Return a mask uint8 `[256, 256]` of the place where a framed face lies, to begin with."""
    x, y, across, down = OVAL
    rows, columns = (np.mgrid[:SIDE, :SIDE] + 0.5) / SIDE
    inside = ((columns - x) / across) ** 2 + ((rows - y) / down) ** 2 <= 1.0
    return np.where(inside, 255, 0).astype(np.uint8)


def set_into(face: Array, around: Array, mask: Array) -> Array:
    """Return a picture uint8 `[R, R, 3]` that is one where a mask uint8 `[n, n]` lies, and another around it."""
    import cv2

    share = cv2.resize(mask, face.shape[1::-1], interpolation=cv2.INTER_AREA)[..., None] / 255.0
    joined: Array = np.rint(face * share + around * (1.0 - share)).astype(np.uint8)
    return joined


def context_picture(context: Document | Path, model: "Model", store: Store) -> "torch.Tensor":
    """Return what a face is set into, `[1, C, R, R]`: a document drawn, or a photo framed like the model's pictures."""
    import torch

    from ganstudio.engine.inverting import channels_of, picture_tensor
    from ganstudio.latent.staged import StagedDocument

    if isinstance(context, Path):
        return picture_tensor(framed_photo(context, model), channels_of(model)).to(model.generator.device)
    staged = StagedDocument(model.generator, context, store)
    with torch.no_grad():
        return staged.picture(staged.code).float().clamp(-1.0, 1.0)


def framed_photo(path: Path, model: "Model") -> Array:
    """Return the largest face of a photo as the model draws faces, uint8 `[R, R, 3]`; its middle without a face."""
    from ganstudio.data.faces.judge import shipped_detector
    from ganstudio.data.faces.placing import place
    from ganstudio.data.faces.square import cut
    from ganstudio.data.photos import read_photo
    from ganstudio.studio.framings import framing_of

    photo = read_photo(path)
    return cut(photo.shown, place(shipped_detector(), photo, framing_of(model)).square, model.info.resolution)
