"""CUDA graphs: a stage is recorded once for its shapes and replayed with one launch."""

from dataclasses import dataclass

import torch

from ganstudio.core.generator import Features, Stage, StageInputs

WARM_UPS = 3
GraphKey = tuple[object, ...]


@dataclass(frozen=True)
class Recording:
    """A captured stage with the buffers that it reads and writes."""

    graph: torch.cuda.CUDAGraph
    inputs: StageInputs
    needed: tuple[Features, ...]
    result: Features


class GraphRunner:
    """Runs stages through CUDA graphs; a stage's static output buffer is its kept result.

    Graphs read earlier results in place, so a recording belongs to the addresses that it was made with.
    """

    def __init__(self) -> None:
        """Start without recordings."""
        self._recordings: dict[GraphKey, Recording] = {}

    def __call__(self, stage: Stage, inputs: StageInputs, needed: tuple[Features, ...]) -> Features:
        """Replay the stage with `inputs`, recording it first where its shapes are new."""
        if not stage.capturable(inputs):
            return stage.run(inputs, needed)
        key = recording_key(stage, inputs, needed)
        recording = self._recordings.get(key)
        if recording is None:
            recording = self._record(stage, inputs, needed)
            self._recordings[key] = recording
        for name, tensor in inputs.tensors.items():
            recording.inputs.tensors[name].copy_(tensor)
        recording.graph.replay()
        return recording.result

    def _record(self, stage: Stage, inputs: StageInputs, needed: tuple[Features, ...]) -> Recording:
        buffers = StageInputs({name: t.clone() for name, t in inputs.tensors.items()}, inputs.settings)
        side = torch.cuda.Stream()  # type: ignore[no-untyped-call]
        side.wait_stream(torch.cuda.current_stream())
        with torch.cuda.stream(side):
            for _ in range(WARM_UPS):
                stage.run(buffers, needed)
        torch.cuda.current_stream().wait_stream(side)
        graph = torch.cuda.CUDAGraph()
        with torch.cuda.graph(graph):
            result = stage.run(buffers, needed)
        return Recording(graph, buffers, needed, result)


def recording_key(stage: Stage, inputs: StageInputs, needed: tuple[Features, ...]) -> GraphKey:
    """Return what a recording depends on: the stage, its settings, all shapes and the addresses it reads."""
    shapes = tuple((name, tuple(t.shape), t.dtype) for name, t in inputs.tensors.items())
    read = tuple(
        (t.data_ptr(), tuple(t.shape), t.dtype) if t is not None else None
        for features in needed
        for t in (features.activation, features.picture)
    )
    return (stage.name, inputs.settings, shapes, read)
