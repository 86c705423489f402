"""The shipped face painter draws what a map asks for, in the style that is asked for, as its sheet shows."""

import numpy as np
import pytest
import torch
from PIL import Image

from assets.builders.painter import FACE_PAINTER, SHEETS_ACROSS, SHOWN_MAPS, SHOWN_STYLES, HeldOut, coloured
from ganstudio.core.document import PaintedMap
from ganstudio.core.inputs import LabelMap
from ganstudio.core.label_maps import indices_of
from ganstudio.core.paths import ASSETS
from ganstudio.core.pixels import to_pixels
from ganstudio.core.store import Store
from ganstudio.engine.model import Model, open_model
from ganstudio.engine.segmenting import open_segmenter
from ganstudio.studio.assets import read_card

BACKGROUND, HAIR = 0, 1


@pytest.fixture(scope="module")
def model() -> Model:
    return open_model(FACE_PAINTER.name, "cpu")


@pytest.fixture(scope="module")
def pairs() -> HeldOut:
    found = FACE_PAINTER.pairs()
    return HeldOut(found.pictures[:SHOWN_MAPS], found.maps[:SHOWN_MAPS])


def test_its_pictures_are_what_the_maps_ask_for(model: Model, pairs: HeldOut) -> None:
    seen = open_segmenter()(pairs.drawn(model, range(SHOWN_MAPS)))
    right = (seen == pairs.maps).float().mean()
    others = (seen == pairs.maps.roll(1, dims=0)).float().mean()
    assert right > 0.75
    assert right > others + 0.15


def test_hair_is_where_it_is_painted(model: Model, pairs: HeldOut) -> None:
    hair = pairs.maps == HAIR
    without = HeldOut(pairs.pictures, torch.where(hair, BACKGROUND, pairs.maps))
    seen, seen_without = (open_segmenter()(each.drawn(model, range(SHOWN_MAPS)))[hair] for each in (pairs, without))
    assert float((seen == HAIR).float().mean()) > 0.6
    assert float((seen_without == HAIR).float().mean()) < float((seen == HAIR).float().mean()) - 0.2
    assert float((seen_without == BACKGROUND).float().mean()) > 0.4


def test_a_style_comes_from_its_picture(model: Model, pairs: HeldOut) -> None:
    own = pairs.drawn_like(model).mean(dim=(2, 3))
    wanted = pairs.pictures.mean(dim=(2, 3))
    random = pairs.drawn(model, range(SHOWN_MAPS)).mean(dim=(2, 3))
    assert float((own - wanted).abs().mean()) < 0.7 * float((random - wanted).abs().mean())


def test_the_sheet_shows_held_out_maps_in_several_styles(model: Model, pairs: HeldOut) -> None:
    with Image.open(ASSETS / "models" / FACE_PAINTER.name / read_card(FACE_PAINTER.folder / "card.json").sheet) as file:
        shown = np.asarray(file.convert("RGB")).astype(np.int16)
    side = model.info.resolution
    across = SHEETS_ACROSS * (3 + SHOWN_STYLES)
    assert shown.shape == (SHOWN_MAPS // SHEETS_ACROSS * side, across * side, 3)
    asked = next(item for item in model.info.inputs if isinstance(item, LabelMap))
    first = slice(0, side)
    assert np.abs(shown[first, :side] - coloured(pairs.maps[:1], asked.palette)[0]).mean() < 8.0
    assert np.abs(shown[first, 2 * side : 3 * side] - to_pixels(pairs.drawn_like(model)[:1])[0]).mean() < 8.0


def test_it_opens_with_a_map_of_a_face_that_no_run_saw() -> None:
    store = Store()
    info = open_model(FACE_PAINTER.name, store=store).info
    (value,) = (value for value in info.document.inputs.values() if isinstance(value, PaintedMap))
    assert np.array_equal(indices_of(value, store), FACE_PAINTER.pairs().maps[FACE_PAINTER.first_pair].numpy())
