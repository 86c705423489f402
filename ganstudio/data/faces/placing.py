"""The frame of a photo to begin with: around a face that was found, or in the middle."""

from collections.abc import Sequence
from dataclasses import dataclass

from ganstudio.core.errors import StudioError
from ganstudio.core.square import Square
from ganstudio.data.faces.found import Face, find_faces
from ganstudio.data.faces.framing import Framing, published_square
from ganstudio.data.photos import Photo
from ganstudio.layers.face_network import FaceDetector

BY_HAND = "by hand"


class NoSuchFaceError(StudioError):
    """A photo shows fewer faces than the number that was asked for."""


@dataclass(frozen=True, slots=True)
class Placing:
    """Where a photo is cut: the square, the face in it where there is one, all faces, and what a person should know."""

    square: Square
    face: Face | None
    faces: tuple[Face, ...]
    words: tuple[str, ...]


def square_of(face: Face, framing: Framing | None) -> Square:
    """Return the square that frames a face as a model's pictures are, or as the published face data sets."""
    return framing.square(face.landmarks) if framing else published_square(face.landmarks)


def place(
    detector: FaceDetector, photo: Photo, framing: Framing | None = None, number: int = 1, by_hand: str = BY_HAND
) -> Placing:
    """Return the frame of the photo's face with this number, 1 being the largest; raises NoSuchFaceError.

    Without a face it is the middle of the photo, and the words say so, and how a person corrects it.
    """
    return placed(photo, find_faces(detector, photo.shown), framing, number, by_hand)


def placed(
    photo: Photo, faces: Sequence[Face], framing: Framing | None = None, number: int = 1, by_hand: str = BY_HAND
) -> Placing:
    """Return the frame of one of the faces that were found; see `place`."""
    if not faces:
        middle = f"No face was found in {photo.name}; its middle is used. Move the frame {by_hand}."
        return Placing(Square.middle(*photo.size), None, (), (middle,))
    count = f"{len(faces)} faces" if len(faces) > 1 else "one face"
    if not 1 <= number <= len(faces):
        raise NoSuchFaceError(
            f"{photo.name} shows {count}, so there is no face {number}; choose 1 to {len(faces)}, 1 being the largest."
        )
    face = faces[number - 1]
    words = [f"{photo.name} shows {count}; this is face {number}, 1 being the largest."] if len(faces) > 1 else []
    if face.in_profile:
        words.append(f"The face looks aside, so the frame is a guess; correct it {by_hand}.")
    return Placing(square_of(face, framing), face, tuple(faces), tuple(words))
