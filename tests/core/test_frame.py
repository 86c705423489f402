"""What the window knows of a model."""

from dataclasses import replace

import pytest

from ganstudio import open_model
from ganstudio.core.inputs import ClassLabel, Input, LabelMap, Latent, SourceImage
from ganstudio.gui.panels.photo_search import PhotoSearchPanel
from ganstudio.gui.panels.retouch import RetouchPage

Z, MAP = Latent("z", 100), LabelMap("map", ("sky", "sea"), 64)


@pytest.mark.parametrize(
    ("inputs", "searchable"),
    [
        ((Z,), True),
        ((Z, ClassLabel("class", 3)), True),
        ((Z, MAP), False),
        ((MAP,), False),
        ((SourceImage("source"),), False),
    ],
)
def test_photos_are_searched_for_where_a_latent_alone_decides(inputs: tuple[Input, ...], searchable: bool) -> None:
    info = replace(open_model("faces-dcgan").info, inputs=inputs)
    assert info.searchable is searchable
    assert PhotoSearchPanel.fits(info) is searchable
    assert RetouchPage.fits(info) is searchable
