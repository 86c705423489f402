"""The cascade: many guesses on a pyramid, refined twice, each face kept once (Zhang et al. 2016, section II)."""

from dataclasses import dataclass

import cv2
import numpy as np
import torch
import torch.nn.functional as F

from ganstudio.core.store import Array
from ganstudio.data.faces.judge import normalised
from ganstudio.layers.face_network import CELL, REFINED_SIDE, SIDE, STRIDE, FaceDetector, ProposalNetwork

SHRINK = 0.709
PROPOSED, REFINED, FOUND = 0.6, 0.7, 0.7
ALIKE_IN_LEVEL, ALIKE = 0.5, 0.7
MOST = 1500


@dataclass(frozen=True, slots=True)
class Candidates:
    """Boxes `[N, 4]` (left, top, right, bottom in pixels) with their probabilities `[N]`."""

    boxes: Array
    scores: Array

    def __getitem__(self, rows: Array) -> "Candidates":
        """Return some of them."""
        return Candidates(self.boxes[rows], self.scores[rows])


@dataclass(frozen=True, slots=True)
class Detections:
    """Faces of one picture: boxes and probabilities, and their landmarks `[N, 5, 2]` in pixels."""

    found: Candidates
    landmarks: Array


@torch.no_grad()
def detect(detector: FaceDetector, pixels: Array, least: float) -> Detections:
    """Return the faces of at least `least` pixels in a picture uint8 `[H, W, 3]`."""
    guesses = proposals(detector.proposal, pixels, least)
    if len(guesses.scores):
        squares = squared(guesses.boxes)
        scores, moves = detector.refinement(patches(pixels, squares, REFINED_SIDE))
        guesses = kept(Candidates(squares, scores.numpy()), moves.numpy(), REFINED)
    if not len(guesses.scores):
        return Detections(guesses, np.empty((0, 5, 2)))
    squares = squared(guesses.boxes)
    scores, moves, marks = (tensor.numpy() for tensor in detector.output(patches(pixels, squares, SIDE)))
    landmarks = in_picture(marks, squares)
    boxes = adjusted(squares, moves)
    likely = np.flatnonzero(scores > FOUND)
    rows = likely[once(Candidates(boxes[likely], scores[likely]), ALIKE, nested=True)]
    return Detections(Candidates(boxes[rows], scores[rows]), landmarks[rows])


def in_picture(marks: Array, squares: Array) -> Array:
    """Bring landmarks `[N, 10]` in shares of squares `[N, 4]` (five x, five y) to pixels `[N, 5, 2]`."""
    points = np.stack([marks[:, :5], marks[:, 5:]], axis=2)
    placed: Array = squares[:, None, :2] + points * (squares[:, None, 2:] - squares[:, None, :2])
    return placed


def proposals(network: ProposalNetwork, pixels: Array, least: float) -> Candidates:
    """Return boxes that may hold faces, from every level of a pyramid."""
    picture = normalised(torch.from_numpy(pixels.copy()).permute(2, 0, 1)[None])
    height, width = pixels.shape[:2]
    levels = []
    scale = min(CELL / least, 1.0 * CELL)
    while min(height, width) * scale >= CELL:
        size = (round(height * scale), round(width * scale))
        level = F.interpolate(picture, size, mode="bilinear", antialias=True, align_corners=False)
        levels.append(of_level(network, level, (width / size[1], height / size[0])))
        scale *= SHRINK
    if not levels:
        return Candidates(np.empty((0, 4)), np.empty(0))
    found = Candidates(
        np.concatenate([level.boxes for level in levels]), np.concatenate([level.scores for level in levels])
    )
    return found[once(found, ALIKE)[:MOST]]


def of_level(network: ProposalNetwork, level: torch.Tensor, scale: tuple[float, float]) -> Candidates:
    """Return the boxes that one level `[1, 3, h, w]` of the pyramid proposes, in pixels of the picture."""
    probabilities, moves = network(level)
    rows, columns = np.nonzero(probabilities[0].numpy() > PROPOSED)
    corners = np.stack([columns, rows, columns, rows], axis=1) * STRIDE + np.array([0, 0, CELL, CELL])
    boxes = adjusted(corners * np.array([*scale, *scale]), moves[0].numpy()[:, rows, columns].T)
    cells = Candidates(boxes, probabilities[0].numpy()[rows, columns])
    return cells[once(cells, ALIKE_IN_LEVEL)]


def kept(candidates: Candidates, moves: Array, least: float) -> Candidates:
    """Return the likely ones once each, moved."""
    likely = np.flatnonzero(candidates.scores > least)
    rows = likely[once(candidates[likely], ALIKE)]
    return Candidates(adjusted(candidates.boxes[rows], moves[rows]), candidates.scores[rows])


def adjusted(boxes: Array, moves: Array) -> Array:
    """Move the edges of boxes `[N, 4]` by shares of their sides."""
    sides = np.tile(boxes[:, 2:] - boxes[:, :2], 2)
    moved: Array = boxes + moves * sides
    return moved


def squared(boxes: Array) -> Array:
    """Return squares about the centres of boxes, as large as their longer sides."""
    centres = (boxes[:, :2] + boxes[:, 2:]) / 2
    half = (boxes[:, 2:] - boxes[:, :2]).max(axis=1, keepdims=True) / 2
    return np.concatenate([centres - half, centres + half], axis=1)


def once(candidates: Candidates, alike: float, nested: bool = False) -> Array:
    """Return the rows to keep, the likeliest first, none that overlaps a likelier one by more than `alike`.

    The overlap is intersection over union or, where `nested`, over the smaller of both.
    """
    order = np.argsort(-candidates.scores, kind="stable")[: 8 * MOST]
    boxes = candidates.boxes[order]
    areas = np.prod(np.maximum(boxes[:, 2:] - boxes[:, :2], 0), axis=1)
    rows, left = [], np.arange(len(order))
    while len(left):
        first, rest = left[0], left[1:]
        rows.append(first)
        least = np.maximum(boxes[first, :2], boxes[rest, :2])
        most = np.minimum(boxes[first, 2:], boxes[rest, 2:])
        shared = np.prod(np.maximum(most - least, 0), axis=1)
        whole = np.minimum(areas[first], areas[rest]) if nested else areas[first] + areas[rest] - shared
        left = rest[shared <= alike * np.maximum(whole, 1e-9)]
    return order[np.array(rows, dtype=np.intp)]


def patches(pixels: Array, squares: Array, side: int) -> torch.Tensor:
    """Cut squares `[N, 4]` out of a picture, resized to `[N, 3, side, side]`; black beyond its edges."""
    height, width = pixels.shape[:2]
    cuts = np.empty((len(squares), side, side, 3), dtype=np.uint8)
    for row, (left, top, right, bottom) in enumerate(np.round(squares).astype(int)):
        right, bottom = max(right, left + 1), max(bottom, top + 1)
        inner = pixels[max(top, 0) : max(bottom, 0), max(left, 0) : max(right, 0)]
        edges = (max(-top, 0), max(bottom - height, 0), max(-left, 0), max(right - width, 0))
        if not inner.size:
            cuts[row] = 0
            continue
        if any(edges):
            inner = cv2.copyMakeBorder(inner, *edges, cv2.BORDER_CONSTANT)
        shrinks = inner.shape[0] > side
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        cuts[row] = cv2.resize(inner, (side, side), interpolation=how)
    return normalised(torch.from_numpy(cuts).permute(0, 3, 1, 2))
