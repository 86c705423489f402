"""The frames of a video as pictures."""

from collections.abc import Iterator
from pathlib import Path

import cv2
from PIL import Image

from ganstudio.data.decoding import MOST_PIXELS
from ganstudio.data.sources import SourceError

VIDEO_SUFFIXES = frozenset((".mp4", ".m4v", ".mov", ".avi", ".mkv", ".webm", ".mpg", ".mpeg"))


def is_video(path: Path) -> bool:
    """Tell whether a file's name ends as videos do."""
    return path.suffix.lower() in VIDEO_SUFFIXES


def frame_count(path: Path) -> int:
    """Return how many frames a video says it has, 0 where it does not; raises SourceError."""
    video = _opened(path)
    try:
        return max(int(video.get(cv2.CAP_PROP_FRAME_COUNT)), 0)
    finally:
        video.release()


def frames(path: Path, every: int, skip: frozenset[int] = frozenset()) -> Iterator[tuple[int, Image.Image | None]]:
    """Yield number and picture of each `every`-th frame (None for those in `skip`, which are not decoded)."""
    video = _opened(path)
    try:
        number = 0
        while video.grab():
            if number % every == 0:
                if number in skip:
                    yield number, None
                else:
                    whole, pixels = video.retrieve()
                    if whole:
                        yield number, Image.fromarray(cv2.cvtColor(pixels, cv2.COLOR_BGR2RGB))
            number += 1
    finally:
        video.release()


def _opened(path: Path) -> cv2.VideoCapture:
    if not path.is_file():
        raise SourceError(f"There is no video {path}; check its name.")
    video = cv2.VideoCapture(str(path))
    width, height = video.get(cv2.CAP_PROP_FRAME_WIDTH), video.get(cv2.CAP_PROP_FRAME_HEIGHT)
    if not video.isOpened() or not 0 < width * height <= MOST_PIXELS:
        video.release()
        raise SourceError(f"{path} cannot be read as a video; convert it to MP4 with H.264 and try again.")
    return video
