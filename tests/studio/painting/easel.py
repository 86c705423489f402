"""A session that computes nothing, on a model of maps; also a script that paints until it is killed."""

import os
import sys
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import numpy as np

from ganstudio.core.document import Document, FrozenMap, LatentPoint, ModelRef
from ganstudio.core.frame import Frame, ModelInfo, Paper
from ganstudio.core.inputs import LabelMap, Latent
from ganstudio.core.label_maps import plain_map
from ganstudio.engine.compute import Command, Compute
from ganstudio.studio.library import Library
from ganstudio.studio.painting.brush import Brush
from ganstudio.studio.painting.strokes import Touch
from ganstudio.studio.session import Session
from ganstudio.studio.settings import Settings

CLASSES = ("background", "hair", "skin", "eyes", "hat")
SIDE = 64


class Idle(Compute):
    """Computes nothing; notes what was to be drawn."""

    def start(self) -> None:
        pass

    def draw(self, document: Document) -> None:
        pass

    def send(self, command: Command) -> None:
        pass


def painter_info(side: int = SIDE, classes: Sequence[str] = CLASSES, digest: str = "d1") -> ModelInfo:
    """What the window would know of a model that draws from maps and a latent."""
    document = Document(
        model=ModelRef("painter", digest),
        inputs=FrozenMap({"map": plain_map(side, side), "z": LatentPoint()}),
    )
    return ModelInfo(
        name="painter", digest=digest, path="", architecture="spade", architecture_title="SPADE",
        paper=Paper("", "", 2019), resolution=side, inputs=(LabelMap("map", tuple(classes), side), Latent("z", 8)),
        abilities=frozenset(), n_latent=1, parameters=0, document=document,
    )  # fmt: skip


def easel(folder: Path) -> Session:
    """A session with such a model open."""
    settings = Settings(folder=folder)
    session = Session(Idle(lambda _event: None), settings, Library(settings))
    session.swap_model(painter_info(), "Open")
    return session


def draw_frame(session: Session) -> None:
    """Let the picture of the present document arrive."""
    picture = np.zeros((SIDE, SIDE, 3), np.uint8)
    session.receive(
        Frame({"picture": picture}, session.document, preview=False, milliseconds=1.0, stages_run=())
    )


def stroke(session: Session, places: Sequence[tuple[float, float]], label: int, size: int = 5) -> None:
    """Paint by hand."""
    painting = session.painting
    painting.take_up(replace(painting.hand, label=label, brush=Brush(size)))
    painting.begin(Touch(places[0]))
    for place in places[1:]:
        painting.go(Touch(place))
    painting.end()


def some_stroke(session: Session, number: int) -> None:
    """The stroke with this number."""
    chance = np.random.default_rng(number)
    places = [tuple(place) for place in chance.uniform(0, SIDE, (4, 2)).tolist()]
    stroke(session, places, int(chance.integers(1, len(CLASSES))), int(chance.integers(1, 12)))


def main(folder: Path) -> None:
    from ganstudio.studio.recovery import Recovery

    session = easel(folder)
    Recovery(session, interval=0.05).begin()
    number = 0
    while True:
        number += 1
        some_stroke(session, number)
        os.write(1, f"{number} {time.time()}\n".encode())
        time.sleep(0.005)


if __name__ == "__main__":
    main(Path(sys.argv[1]))
