"""CUDA graphs: a stage is recorded once for its shapes and replayed with one launch."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass

import torch

from ganstudio.core.generator import Features, Stage, StageInputs

WARM_UPS = 3
Replay = Callable[[], None]
Capture = Callable[[Callable[[], Features]], tuple[Features, Replay]]
RecordingKey = tuple[object, ...]


@dataclass(frozen=True)
class Recording:
    """A captured stage: the buffers that it reads, and the buffer that it writes, which is its kept result."""

    inputs: StageInputs
    needed: tuple[Features, ...]
    result: Features
    replay: Replay


def cuda_capture(work: Callable[[], Features]) -> tuple[Features, Replay]:
    """Run `work` a few times on a side stream, then capture it; its tensors stay where they are."""
    side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
    side.wait_stream(torch.cuda.current_stream())
    with torch.cuda.stream(side):
        for _ in range(WARM_UPS):
            work()
    torch.cuda.current_stream().wait_stream(side)
    graph = torch.cuda.CUDAGraph()
    with torch.cuda.graph(graph):
        result = work()
    return result, graph.replay


class GraphRunner:
    """Runs stages through recordings.

    A recording reads the results of earlier stages where they were when it was made; what lies elsewhere is copied
    there, which is safe because a stage keeps one result only.
    """

    def __init__(self, capture: Capture = cuda_capture) -> None:
        """Start without recordings."""
        self._capture = capture
        self._recordings: dict[RecordingKey, Recording] = {}

    def __call__(self, stage: Stage, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Replay the stage with `inputs`, recording it first where its shapes are new."""
        if inputs.edits or not stage.capturable(inputs):  # an amount is dragged through many values
            return stage.result(inputs, needed)
        key = recording_key(stage, inputs, needed)
        recording = self._recordings.get(key)
        if recording is None:
            recording = self._record(stage, inputs, needed)
            self._recordings[key] = recording
        for name, tensor in inputs.tensors.items():
            recording.inputs.tensors[name].copy_(tensor)
        for buffer, tensor in zip(_tensors(recording.needed), _tensors(needed), strict=True):
            if buffer.data_ptr() != tensor.data_ptr():
                buffer.copy_(tensor)
        recording.replay()
        return recording.result

    def _record(self, stage: Stage, inputs: StageInputs, needed: tuple[Features, ...]) -> Recording:
        buffers = inputs.with_tensors({name: t.clone() for name, t in inputs.tensors.items()})
        result, replay = self._capture(lambda: stage.run(buffers, needed))
        return Recording(buffers, needed, result, replay)


def recording_key(stage: Stage, inputs: StageInputs, needed: tuple[Features, ...]) -> RecordingKey:
    """Return what a recording depends on: the stage, its settings, and the shapes of all that it reads."""
    read = [*inputs.tensors.values(), *_tensors(needed)]
    return (stage.name, inputs.settings, tuple((tuple(t.shape), t.dtype) for t in read))


def _tensors(needed: tuple[Features, ...]) -> Iterator[torch.Tensor]:
    for features in needed:
        yield features.activation
        if features.picture is not None:
            yield features.picture
