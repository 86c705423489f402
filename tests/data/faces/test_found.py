"""Faces in real photos: one, several, tilted, in profile, none."""

import math

import cv2
import numpy as np
import pytest
from PIL import Image

from ganstudio.core.paths import ASSETS
from ganstudio.core.store import Array
from ganstudio.data.faces.found import Face, find_faces
from ganstudio.data.faces.judge import shipped_detector

EYES_NOSE_MOUTH = ((204, 101), (247, 103), (224, 128), (202, 139), (245, 141))  # of the astronaut, by eye


def sample(name: str) -> Array:
    """A sample photo uint8 `[H, W, 3]`."""
    with Image.open(ASSETS / "samples" / name) as photo:
        return np.array(photo.convert("RGB"))


def found(pixels: Array) -> tuple[Face, ...]:
    """The faces that the shipped detector finds."""
    return find_faces(shipped_detector(), pixels)


def test_one_face_with_its_landmarks(astronaut: Array) -> None:
    (face,) = found(astronaut)
    assert face.score > 0.99
    assert np.abs(np.array(face.landmarks) - EYES_NOSE_MOUTH).max() < 4
    assert 80 < face.square.side < 150
    assert abs(face.sideways) < 0.3
    assert not face.in_profile


@pytest.mark.parametrize("degrees", [-150, -70, 30, 180])
def test_tilted_faces_are_found_where_they_are(astronaut: Array, degrees: int) -> None:
    turn = cv2.getRotationMatrix2D((125.0, 120.0), -degrees, 1.0)
    turned = cv2.warpAffine(astronaut[:260, 100:350], turn, (250, 260), borderMode=cv2.BORDER_REFLECT)
    face = found(turned)[0]
    places = np.array(EYES_NOSE_MOUTH) - (100, 0)
    expected = places @ turn[:, :2].T + turn[:, 2]
    assert face.score > 0.9
    assert np.abs(np.array(face.landmarks) - expected).max() < 5
    off = math.remainder(face.square.angle - math.radians(degrees + 3), 2 * math.pi)
    assert abs(math.degrees(off)) < 6


def test_several_faces_come_largest_first(astronaut: Array) -> None:
    head = astronaut[:260, 100:350]
    photo = np.full((420, 900, 3), 170, dtype=np.uint8)
    photo[20:280, 20:270] = head
    photo[10:400, 300:675] = cv2.resize(head, (375, 390), interpolation=cv2.INTER_CUBIC)
    photo[100:230, 720:845] = cv2.resize(head, (125, 130), interpolation=cv2.INTER_AREA)
    faces = found(photo)
    assert [round(face.square.x / 225) for face in faces] == [2, 1, 3]
    sides = [face.square.side for face in faces]
    assert np.allclose(sides, [1.5 * sides[1], sides[1], 0.5 * sides[1]], rtol=0.1)


def test_a_lying_face_beside_an_upright_one_is_found_where_all_turns_are_looked_at(astronaut: Array) -> None:
    head = astronaut[:260, 100:350]
    photo = np.full((300, 560, 3), 170, dtype=np.uint8)
    photo[20:280, 20:270] = head
    photo[25:275, 285:545] = np.rot90(head)
    assert len(found(photo)) == 1
    faces = find_faces(shipped_detector(), photo, all_turns=True)
    angles = sorted(abs(math.degrees(face.square.angle)) for face in faces)
    assert len(faces) == 2
    assert angles[0] < 10
    assert abs(angles[1] - 90) < 10


def test_a_face_in_profile_is_known_as_one() -> None:
    face = found(sample("camera.png"))[0]
    assert face.in_profile
    assert face.sideways > 0
    assert abs(face.square.x - 228) < 20
    assert abs(face.square.y - 157) < 20


def test_where_there_is_no_face_none_is_found() -> None:
    assert found(sample("coffee.png")[:, 100:500]) == ()
    assert found(np.full((3, 5, 3), 90, dtype=np.uint8)) == ()


def test_small_and_wide_photos(astronaut: Array) -> None:
    small = cv2.resize(astronaut[30:210, 130:310], (64, 64), interpolation=cv2.INTER_AREA)
    assert abs(found(small)[0].square.side - 113 * 64 / 180) < 6
    wide = np.full((300, 2400, 3), 130, dtype=np.uint8)
    wide[:, 1900:2400] = astronaut[:300, :500]
    (face,) = found(wide)
    assert abs(face.square.x - 2125) < 5
