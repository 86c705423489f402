"""From landmarks and a person mask to a label map of a face: polygons for its parts, colours for hair and skin.

The indices of landmarks are those of MediaPipe's face mesh with irises (478 points).
"""

import cv2
import numpy as np

from ganstudio.core.store import Array

NAMES = ("background", "hair", "skin", "brows", "eyes", "nose", "lips", "mouth", "neck and clothes", "glasses")
BACKGROUND, HAIR, SKIN, BROWS, EYES, NOSE, LIPS, MOUTH, NECK = range(9)
SIDE, HALF, SMALL = 256, 128, 64  # for outlines, for colours, and of the maps

OVAL = (
    10, 338, 297, 332, 284, 251, 389, 356, 454, 323, 361, 288, 397, 365, 379, 378, 400, 377, 152, 148, 176, 149, 150,
    136, 172, 58, 132, 93, 234, 127, 162, 21, 54, 103, 67, 109,
)  # fmt: skip
BROW_LINES = ((70, 63, 105, 66, 107, 55, 65, 52, 53, 46), (300, 293, 334, 296, 336, 285, 295, 282, 283, 276))
EYE_LINES = (
    (33, 7, 163, 144, 145, 153, 154, 155, 133, 173, 157, 158, 159, 160, 161, 246),
    (263, 249, 390, 373, 374, 380, 381, 382, 362, 398, 384, 385, 386, 387, 388, 466),
)
NOSE_LINE = (168, 193, 245, 188, 174, 198, 209, 49, 64, 98, 97, 2, 326, 327, 294, 279, 429, 420, 399, 412, 465, 417)
LIPS_LINE = (61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 409, 270, 269, 267, 0, 37, 39, 40, 185)
MOUTH_LINE = (78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 415, 310, 311, 312, 13, 82, 81, 80, 191)
UPPER_LIP, LOWER_LIP, UNDER_NOSE = 13, 14, 2
NOSE_TIP, EDGES = 1, (234, 454)
LEAST_GAP = 4.0  # pixels between the lips of a mouth that is open
LIDS = np.ones((5, 3), dtype=np.uint8)  # the lines run inside of the lids' edges
SURELY = 128  # of 255: a pixel belongs to the person
SEEDS = 40  # pixels that a colour can be learned from
SPREAD = 25.0  # added to the variances of colours, in squared units of L*a*b*
REACH = 0.05  # of the face's width: how far outside of its outline skin is about as likely as hair
LONG = 0.5  # of the rows between brows and mouth must be hair where it goes on below
LIKE_HAIR = 9.0  # squared Mahalanobis distance within which a colour counts as the hair's


def label_map(picture: Array, points: Array, person: Array) -> Array:
    """Return the class indices uint8 `[64, 64]` of a picture uint8 `[64, 64, 3]`.

    `points` `[478, 2]` are its landmarks in units of the side, `person` uint8 `[256, 256]` its person mask.
    """
    larger = cv2.resize(picture, (HALF, HALF), interpolation=cv2.INTER_CUBIC)
    lab = cv2.cvtColor(larger, cv2.COLOR_RGB2LAB).astype(np.float32)
    face = polygon(points * HALF, OVAL, HALF)
    body = (cv2.blur(cv2.resize(person, (HALF, HALF), interpolation=cv2.INTER_AREA), (3, 3)) >= SURELY) | face
    kinds = np.where(body, around(lab, points * HALF, face, body), BACKGROUND).astype(np.uint8)
    found, places = cv2.resize(kinds, (SIDE, SIDE), interpolation=cv2.INTER_NEAREST), points * SIDE
    for line in BROW_LINES:
        found[polygon(places, line)] = BROWS
    found[polygon(places, NOSE_LINE)] = NOSE
    for line in EYE_LINES:
        found[cv2.dilate(polygon(places, line).astype(np.uint8), LIDS) > 0] = EYES
    found[polygon(places, LIPS_LINE)] = LIPS
    if np.linalg.norm(places[UPPER_LIP] - places[LOWER_LIP]) >= LEAST_GAP:
        found[polygon(places, MOUTH_LINE)] = MOUTH
    return reduced(found)


def turned_away(points: Array) -> float:
    """Return how far a face `[478, 2]` is turned to a side: 0 in front, near 1 in profile."""
    left, right = (float(abs(points[edge, 0] - points[NOSE_TIP, 0])) for edge in EDGES)
    return abs(left - right) / max(left + right, 1e-6)


def polygon(places: Array, line: tuple[int, ...], side: int = SIDE) -> Array:
    """Return which pixels bool `[side, side]` lie inside of landmarks."""
    mask = np.zeros((side, side), dtype=np.uint8)
    corners = np.round((places[list(line)] - 0.5) * 16).astype(np.int32)
    cv2.fillPoly(mask, [corners], 1, shift=4)
    return mask.astype(bool)


def around(lab: Array, places: Array, face: Array, body: Array) -> Array:
    """Tell hair, skin, and neck and clothes apart: by colour, and by where a pixel lies about the face's outline."""
    rows = np.arange(HALF, dtype=np.float32)[:, None]
    brow_row = np.mean([places[list(line), 1].mean() for line in BROW_LINES])
    mouth_row = places[UPPER_LIP, 1]
    width = max(float(np.ptp(places[list(OVAL), 0])), 1.0)
    beyond = outside(face) / (REACH * width)  # in units of the reach, negative inside
    below_brows = face & (rows > brow_row + 0.04 * width)
    skin_seeds = below_brows & (rows < places[UNDER_NOSE, 1] + 0.1 * width) & (beyond < -1.0)
    for line in EYE_LINES:
        skin_seeds &= ~polygon(places, line, HALF)
    hair_seeds = body & (beyond > 1.5) & (rows < places[UNDER_NOSE, 1])
    skin = distances(lab, skin_seeds)
    hair = distances(lab, hair_seeds) if hair_seeds.sum() >= SEEDS else np.full_like(skin, LIKE_HAIR)
    leaning = np.clip(beyond, -3.0, 4.0)
    is_hair = cv2.blur((skin - hair) * 0.5, (3, 3)) + leaning > 0.0
    found = np.where(is_hair & ~below_brows, HAIR, SKIN)
    low = ~face & (rows > mouth_row)
    hanging = is_hair & (cv2.blur(hair, (3, 3)) < LIKE_HAIR)
    found[low & ~(hanging & hung_on((found == HAIR) & body, brow_row, mouth_row, width))] = NECK
    return tidied(found, body)


def hung_on(hair: Array, brow_row: float, mouth_row: float, width: float) -> Array:
    """Return the columns bool `[1, 128]` in which hair beside eyes and nose can hang on to further down."""
    first, last = np.clip([int(brow_row), int(mouth_row) + 1], 0, HALF)
    columns = hair[first:last].mean(axis=0, keepdims=True) > LONG if last > first else np.zeros((1, HALF), dtype=bool)
    spread = np.ones((1, 2 * int(0.08 * width) + 1), dtype=np.uint8)
    return cv2.dilate(columns.astype(np.uint8), spread) > 0


def outside(face: Array) -> Array:
    """Return the distance in pixels to the face's outline, negative inside of it."""
    inside = face.astype(np.uint8)
    distance: Array = cv2.distanceTransform(1 - inside, cv2.DIST_L2, 5) - cv2.distanceTransform(inside, cv2.DIST_L2, 5)
    return distance


def distances(lab: Array, seeds: Array) -> Array:
    """Return how far each colour lies from those of the seeds: squared Mahalanobis distance plus the log volume."""
    colours = lab[seeds]
    if len(colours) < 2:
        return np.full(lab.shape[:2], LIKE_HAIR, dtype=np.float32)
    mean = np.median(colours, axis=0)
    spread = np.cov(colours.T) + SPREAD * np.eye(3)
    apart = lab - mean
    _, log_volume = np.linalg.slogdet(spread / SPREAD)
    whitened = apart @ np.linalg.cholesky(np.linalg.inv(spread)).astype(np.float32)
    found: Array = np.minimum((whitened * whitened).sum(axis=2), 40.0) + np.float32(log_volume)
    return found


def tidied(found: Array, body: Array) -> Array:
    """Give islands of hair and of neck that hang on nothing of their kind to what is around them."""
    for kind, other, least in ((HAIR, SKIN, 60), (NECK, HAIR, 60), (SKIN, HAIR, 60)):
        count, numbers, numbers_of, _ = cv2.connectedComponentsWithStats(((found == kind) & body).astype(np.uint8))
        for number in range(1, count):
            if numbers_of[number, cv2.CC_STAT_AREA] < least:
                found[numbers == number] = other
    return found


def reduced(found: Array) -> Array:
    """Return the class with the most votes of each 4 x 4 pixels, uint8 `[64, 64]`."""
    side = SIDE // SMALL
    votes = np.stack([(found == kind).reshape(SMALL, side, SMALL, side).sum(axis=(1, 3)) for kind in range(len(NAMES))])
    return votes.argmax(axis=0).astype(np.uint8)
