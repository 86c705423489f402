"""Faces of a photo with their landmarks, the largest first, also tilted ones."""

import math
from dataclasses import dataclass

import cv2
import numpy as np
import torch

from ganstudio.core.square import Point, Square
from ganstudio.core.store import Array
from ganstudio.data.faces.cascade import FOUND, Candidates, Detections, detect, once
from ganstudio.data.faces.judge import normalised
from ganstudio.data.faces.square import cut
from ganstudio.layers.face_network import SIDE, FaceDetector, FaceNetwork

LONGEST, SHORTEST, LARGEST = 1000, 480, 3_000_000
SMALL, ENLARGED = 240, 8.0
LEAST = 20.0
SURE = 0.95
COARSER, MOST_TURNED = 0.6, 2000.0
TURNS = tuple(math.radians(degrees) for degrees in (45, -45, 90, -90, 135, -135, 180))
SAME = 0.5
LOOKS = ((0.0, 0.0, 1.0), (0.05, 0.0, 1.0), (-0.05, 0.0, 1.0), (0.0, 0.05, 1.0), (0.0, -0.05, 1.0), (0.0, 0.0, 1.1))
MIRRORED = [1, 0, 2, 4, 3]
PROFILE = 0.75
UNIT = np.array([[0.0, 0.0], [1.0, 1.0]])
THIN = 0.2


@dataclass(frozen=True, slots=True)
class Face:
    """A face in a photo: how likely it is one, the square around it, and its five landmarks in pixels.

    Landmarks are both eyes, the nose and both corners of the mouth; of each pair the one on the left of the upright
    face comes first.
    """

    score: float
    square: Square
    landmarks: tuple[Point, ...]

    @property
    def sideways(self) -> float:
        """How far the head is turned: 0 looks into the camera, 1 and more to the right, -1 and less to the left."""
        eyes, nose = np.array(self.landmarks[:2]), np.array(self.landmarks[2])
        across = (eyes[1] - eyes[0]) / 2
        return float((nose - eyes.mean(axis=0)) @ across / max(float(across @ across), 1e-9))

    @property
    def in_profile(self) -> bool:
        """Whether it looks so far aside that its landmarks, and what follows from them, are a guess."""
        return abs(self.sideways) > PROFILE


def find_faces(
    detector: FaceDetector, pixels: Array, least: float = LEAST, *, all_turns: bool = False
) -> tuple[Face, ...]:
    """Return the faces of a photo uint8 `[H, W, 3]`, the largest first; none where there is none.

    It is looked at in about a thousand pixels, in which a face has at least `least`. Where no face is found for sure,
    the photo is looked at in turns of an eighth, too, and in fewer pixels. With `all_turns` it always is, and the sure
    faces of all turns are taken together: somebody may lie while others stand.
    """
    scale = working_scale(pixels.shape[1], pixels.shape[0])
    small = resized(pixels, scale)
    upright = faces_in(detector, pixels, small, 0.0, least)
    sure = any(face.score >= SURE for face in upright)
    if sure and not all_turns:
        return upright
    height, width = pixels.shape[:2]
    coarser = max(scale * COARSER, SMALL / min(width, height))
    coarse = resized(pixels, min(coarser, MOST_TURNED / (width + height), scale))
    tries = (upright, *(faces_in(detector, pixels, coarse, turn, least) for turn in TURNS))
    if sure:
        turned = [face for faces in tries[1:] for face in faces if face.score >= SURE]
        return sorted_once([*upright, *turned])
    return max(tries, key=lambda faces: max((face.score for face in faces), default=0.0))


def working_scale(width: int, height: int) -> float:
    """Return by what the photo is resized: the longer side to 1000 px, yet wide ones not to a line, small ones up."""
    short = min(width, height)
    if short < SMALL:
        wanted = min(SMALL / short, ENLARGED)
    else:
        wanted = min(max(LONGEST / max(width, height), SHORTEST / short), 1.0)
    return min(wanted, math.sqrt(LARGEST / (width * height)))


def resized(pixels: Array, scale: float) -> Array:
    """Return the photo at a scale."""
    size = (max(1, round(pixels.shape[1] * scale)), max(1, round(pixels.shape[0] * scale)))
    how = cv2.INTER_AREA if scale < 1.0 else cv2.INTER_CUBIC
    small: Array = cv2.resize(pixels, size, interpolation=how)
    return small


def faces_in(detector: FaceDetector, pixels: Array, small: Array, turn: float, least: float) -> tuple[Face, ...]:
    """Return the faces that are upright in the photo turned by `turn` radians counter-clockwise.

    `small` is the photo at the size in which it is looked at.
    """
    height, width = small.shape[:2]
    looked, back = turned_picture(small, turn) if turn else (small, np.eye(2, 3))
    raw = detect(detector, looked, least)
    faces = []
    for square, landmarks in in_photo(raw, back, (pixels.shape[1] / width, pixels.shape[0] / height)):
        face = looked_closer(detector.output, pixels, square, landmarks)
        if face and face.score >= FOUND:
            faces.append(face)
    return sorted_once(faces)


def turned_picture(pixels: Array, turn: float) -> tuple[Array, Array]:
    """Return the picture turned counter-clockwise, and the affine map `[2, 3]` from it back to the picture."""
    height, width = pixels.shape[:2]
    cosine, sine = abs(math.cos(turn)), abs(math.sin(turn))
    size = (math.ceil(width * cosine + height * sine), math.ceil(width * sine + height * cosine))
    back = np.array([[math.cos(turn), -math.sin(turn)], [math.sin(turn), math.cos(turn)]])
    shift = np.array([width / 2, height / 2]) - back @ np.array([size[0] / 2, size[1] / 2])
    matrix = np.concatenate([back, shift[:, None]], axis=1)
    middles = matrix.copy()
    middles[:, 2] += back @ np.full(2, 0.5) - 0.5
    return cv2.warpAffine(pixels, middles, size, flags=cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP), matrix


def in_photo(raw: Detections, back: Array, scale: tuple[float, float]) -> list[tuple[Square, Array]]:
    """Return squares and landmarks of the photo for what was found in a turned picture of another size."""
    turn = math.atan2(back[1, 0], back[0, 0])
    found = []
    for box, points in zip(raw.found.boxes, raw.landmarks, strict=True):
        middle = ((box[:2] + box[2:]) / 2 @ back[:, :2].T + back[:, 2]) * scale
        side = float((box[2:] - box[:2]).max()) * math.sqrt(scale[0] * scale[1])
        square = Square(float(middle[0]), float(middle[1]), side, turn)
        found.append((square, (points @ back[:, :2].T + back[:, 2]) * scale))
    return found


def tilt(landmarks: Array) -> float:
    """Return by how much a face is turned clockwise: the eyes' and the mouth's direction and the line between them."""
    eyes, mouth = landmarks[1] - landmarks[0], landmarks[4] - landmarks[3]
    down = landmarks[3:].mean(axis=0) - landmarks[:2].mean(axis=0)
    across = eyes + mouth + 2 * np.array([down[1], -down[0]])
    return math.atan2(across[1], across[0])


def looked_closer(network: FaceNetwork, pixels: Array, square: Square, landmarks: Array) -> Face | None:
    """Look again at the upright face from slightly different places, and return what they see in the mean.

    None where it turns out to be no face, or lies outside the photo.
    """
    height, width = pixels.shape[:2]
    for _ in range(2):
        square = Square(square.x, square.y, square.side, tilt(landmarks))
        if not (0 <= square.x < width and 0 <= square.y < height):
            return None
        looks = [square.scaled(size).moved(x * square.side, y * square.side) for x, y, size in LOOKS]
        scores, moves, marks = seen(network, np.stack([cut(pixels, look, SIDE) for look in looks]))
        landmarks = np.median([look.in_photo(points) for look, points in zip(looks, marks, strict=True)], axis=0)
        edges = np.median(moves, axis=0).reshape(2, 2) + UNIT
        middle, span = square.in_photo(edges.mean(axis=0)[None])[0], float((edges[1] - edges[0]).max())
        if span <= THIN:
            return None
        square = Square(float(middle[0]), float(middle[1]), square.side * span, square.angle)
    points = tuple((float(x), float(y)) for x, y in landmarks)
    return Face(float(np.mean(scores)), Square(square.x, square.y, square.side, tilt(landmarks)), points)


@torch.no_grad()
def seen(network: FaceNetwork, crops: Array) -> tuple[Array, Array, Array]:
    """Return probabilities, moves of edges and landmarks `[N, 5, 2]` for crops uint8 `[N, 48, 48, 3]`.

    Each is the mean of what the network says of the crop and of its mirror image.
    """
    squares = normalised(torch.from_numpy(crops).permute(0, 3, 1, 2))
    scores, moves, marks = (tensor.double().numpy() for tensor in network(torch.cat([squares, squares.flip(3)])))
    points = np.stack([marks[:, :5], marks[:, 5:]], axis=2)
    half = len(crops)
    points[half:, :, 0] = 1.0 - points[half:, :, 0]
    points[half:] = points[half:, MIRRORED]
    moves[half:, [0, 2]] = -moves[half:, [2, 0]]
    return tuple((both[:half] + both[half:]) / 2 for both in (scores, moves, points))


def sorted_once(faces: list[Face]) -> tuple[Face, ...]:
    """Return each face once, the largest first."""
    if not faces:
        return ()
    boxes = np.array([[f.square.x, f.square.y, f.square.x, f.square.y] for f in faces])
    boxes += np.array([f.square.side for f in faces])[:, None] * np.array([-0.5, -0.5, 0.5, 0.5])
    rows = once(Candidates(boxes, np.array([face.score for face in faces])), SAME, nested=True)
    return tuple(sorted((faces[row] for row in rows), key=lambda face: -face.square.side))
