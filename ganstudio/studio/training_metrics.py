"""Metrics on a run's schedule: the averaged generator is measured as anybody would measure the finished model."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

from ganstudio.core.errors import WrongInputError
from ganstudio.core.paths import user_folder
from ganstudio.data.images import Pictures
from ganstudio.engine.model import open_model
from ganstudio.metrics.catalogue import parse_metrics
from ganstudio.metrics.evaluation import Laboratory, Measured, evaluate
from ganstudio.studio.doctor_case import draws
from ganstudio.studio.evaluation import CACHE, as_real, measured_model
from ganstudio.training.events import Evaluated
from ganstudio.training.loop import Evaluation, no_evaluation
from ganstudio.training.options import TrainingOptions
from ganstudio.training.trainer import Trainer

LARGER_IS_BETTER = ("precision-", "recall-", "inception-score")


def scheduled_metrics(options: TrainingOptions, pictures: Pictures) -> Evaluation:
    """Return what measures `options.metrics` against the training pictures; unknown names raise at once."""
    if not options.metrics:
        return no_evaluation
    if not draws(options.architecture):
        raise WrongInputError(
            f"A model of {options.architecture} draws no pictures of its own that metrics could measure; leave "
            "--metrics out. Its log has how near it comes to its pictures."
        )
    metrics = parse_metrics(",".join(options.metrics))
    real = as_real(pictures)
    laboratory = Laboratory(cache=user_folder() / CACHE)

    def measure(trainer: Trainer) -> Iterator[Evaluated]:
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "model.safetensors"
            trainer.save_model(path)
            model = measured_model(open_model(path, str(trainer.processes.device)))
            for step in evaluate(model, real, metrics, options.metric_samples, 0, laboratory):
                if isinstance(step, Measured):
                    at = trainer.images_seen
                    larger = step.metric.startswith(LARGER_IS_BETTER)
                    yield Evaluated(at, step.metric, step.value, step.error, step.n, step.network, larger)

    return measure
