"""Films written frame by frame, so that a long one never grows in memory; whole or not at all."""

import contextlib
import errno
import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from types import TracebackType
from typing import Self

import av
import numpy as np
from av.video.format import VideoFormat
from av.video.frame import VideoFrame
from av.video.stream import VideoStream

from ganstudio.core.errors import SaveError
from ganstudio.core.files import DiskFullError, has_room, sync_folder
from ganstudio.core.store import Array
from ganstudio.studio.carried import gif_ending

CODECS = {".mp4": "libx264", ".webm": "libvpx-vp9", ".gif": "gif"}
BEST, WORST = 12, 42  # constant rate factors at quality 100 and 0
LAYOUT = {".mp4": "yuv420p", ".webm": "yuv420p", ".gif": "pal8"}


class Film:
    """A film file being written; leaving its context by an error, or by `abandon`, leaves nothing behind."""

    def __init__(
        self,
        path: Path,
        size: tuple[int, int],
        fps: Fraction,
        *,
        quality: int = 85,
        bit_rate: int | None = None,
        recipe: bytes | None = None,
    ) -> None:
        """Begin a film of `size` (width, height); `bit_rate` in bits a second takes the place of quality."""
        self.path, self._suffix = path, path.suffix.lower()
        self._temporary = path.with_name(f".{path.name}.{os.getpid()}.part{self._suffix}")
        self._recipe, self._frames, self._fps, self._size = recipe, 0, fps, size
        self._palette = None
        try:
            self._check_room()
            self._temporary.touch()  # a folder that takes no files says so at once
            self._film = av.open(str(self._temporary), "w", options=self._container_options())
            if recipe is not None and self._suffix != ".gif":
                self._film.metadata["comment"] = recipe.decode("utf-8")
            options = _codec_options(self._suffix, quality, bit_rate)
            stream = self._film.add_stream(CODECS[self._suffix], rate=fps, options=options)
            assert isinstance(stream, VideoStream)
            self._stream = stream
            width, height = size
            self._stream.width, self._stream.height = width + width % 2, height + height % 2
            if self._suffix == ".gif":
                self._stream.width, self._stream.height = width, height
                self._palette = _Palette(size, fps)
            self._stream.pix_fmt = LAYOUT[self._suffix]
            if bit_rate is not None:
                self._stream.bit_rate = bit_rate
        except (OSError, av.error.FFmpegError) as error:
            raise _unwritable(path, error) from error

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is not None:
            self.abandon()

    def add(self, pixels: Array) -> None:
        """Write the next frame, uint8 `[H, W, 3]` of the film's size. Raises SaveError."""
        self._guarded(self._check_room)
        if self._palette is None:
            odd = (pixels.shape[0] % 2, pixels.shape[1] % 2)
            pixels = np.pad(pixels, ((0, odd[0]), (0, odd[1]), (0, 0)), mode="edge")
        frame = VideoFrame.from_ndarray(np.ascontiguousarray(pixels), format="rgb24")
        frame.pts, frame.time_base = self._frames, 1 / self._fps
        self._frames += 1
        self._guarded(lambda: self._encode(frame if self._palette is None else self._palette.of(frame)))

    def finish(self) -> None:
        """Write what is left and put the film in its place. Raises SaveError."""

        def end() -> None:
            self._encode(None)
            self._film.close()
            if self._recipe is not None and self._suffix == ".gif":
                with self._temporary.open("r+b") as file:
                    file.seek(-1, os.SEEK_END)
                    file.write(gif_ending(self._recipe))
            with self._temporary.open("rb") as file:
                os.fsync(file.fileno())
            self._temporary.replace(self.path)
            sync_folder(self.path.parent)

        self._guarded(end)

    def abandon(self) -> None:
        """Give the film up."""
        with contextlib.suppress(OSError, av.error.FFmpegError):
            self._film.close()
        self._temporary.unlink(missing_ok=True)

    def _check_room(self) -> None:
        """Give up while there is room for one more plain frame: a full disk stops other programs as well."""
        width, height = self._size
        if not has_room(self.path.parent, width * height * 3):
            raise OSError(errno.ENOSPC, "the disk has no room left")

    def _encode(self, frame: VideoFrame | None) -> None:
        for packet in self._stream.encode(frame):
            self._film.mux(packet)

    def _guarded(self, work: Callable[[], None]) -> None:
        try:
            work()
        except (OSError, av.error.FFmpegError) as error:
            self.abandon()
            raise _unwritable(self.path, error) from error

    def _container_options(self) -> dict[str, str]:
        return {".mp4": {"movflags": "use_metadata_tags+faststart"}, ".gif": {"loop": "0"}}.get(self._suffix, {})


class _Palette:
    """Gives every frame of a GIF the 256 colours that suit it best."""

    def __init__(self, size: tuple[int, int], fps: Fraction) -> None:
        self._graph = av.filter.Graph()
        width, height = size
        source = self._graph.add_buffer(width=width, height=height, format=VideoFormat("rgb24"), time_base=1 / fps)
        parts = self._graph.add("split")
        colours = self._graph.add("palettegen", "stats_mode=single")
        painted = self._graph.add("paletteuse", "new=1")
        source.link_to(parts)
        parts.link_to(painted, 0, 0)
        parts.link_to(colours, 1, 0)
        colours.link_to(painted, 0, 1)
        painted.link_to(self._graph.add("buffersink"))
        self._graph.configure()

    def of(self, frame: VideoFrame) -> VideoFrame:
        """Return the frame in its own palette."""
        self._graph.push(frame)
        painted = self._graph.pull()
        assert isinstance(painted, VideoFrame)
        return painted


def _codec_options(suffix: str, quality: int, bit_rate: int | None) -> dict[str, str]:
    if suffix == ".gif" or bit_rate is not None:
        return {}
    factor = str(round(WORST + (BEST - WORST) * min(max(quality, 0), 100) / 100))
    return {"crf": factor, "preset": "medium"} if suffix == ".mp4" else {"crf": factor, "b:v": "0", "cpu-used": "3"}


def _unwritable(path: Path, error: Exception) -> SaveError:
    if getattr(error, "errno", None) == errno.ENOSPC:
        return DiskFullError(
            f"The film {path} was not written: its disk has no room left. Free some space or choose another disk."
        )
    reason = getattr(error, "strerror", None) or str(error)
    return SaveError(f"The film {path} cannot be written ({reason}); choose another folder or free some space.")
