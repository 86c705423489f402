"""Measures faces with MediaPipe; run by a Python that has it, and knows nothing of the program.

python face_mesh.py PICTURES.npy FOUND.npz
"""

import sys

import cv2
import mediapipe  # type: ignore[import-not-found]
import numpy as np

SIDE, MARGIN = 256, 64
POINTS = 478


def measure(source: str, target: str) -> None:
    """Write landmarks and person masks of pictures uint8 `[N, R, R, 3]`.

    `points` float32 `[N, 478, 2]` are in units of the side, not a number where no face is found; `persons` uint8
    `[N, 256, 256]` say from 0 to 255 how surely a pixel belongs to a person.
    """
    pictures = np.load(source)
    mesh = mediapipe.solutions.face_mesh.FaceMesh(
        static_image_mode=True, max_num_faces=1, refine_landmarks=True, min_detection_confidence=0.3
    )
    person = mediapipe.solutions.selfie_segmentation.SelfieSegmentation(model_selection=0)
    points = np.full((len(pictures), POINTS, 2), np.nan, dtype=np.float32)
    persons = np.zeros((len(pictures), SIDE, SIDE), dtype=np.uint8)
    for row, picture in enumerate(pictures):
        large = cv2.resize(picture, (SIDE, SIDE), interpolation=cv2.INTER_LANCZOS4)
        padded = cv2.copyMakeBorder(large, MARGIN, MARGIN, MARGIN, MARGIN, cv2.BORDER_REPLICATE)
        found = mesh.process(padded).multi_face_landmarks
        if found:
            places = np.array([(mark.x, mark.y) for mark in found[0].landmark], dtype=np.float32)
            points[row] = (places * (SIDE + 2 * MARGIN) - MARGIN) / SIDE
        persons[row] = (person.process(large).segmentation_mask * 255.0 + 0.5).astype(np.uint8)
    np.savez_compressed(target, points=points, persons=persons)


if __name__ == "__main__":
    measure(*sys.argv[1:])
