"""Inception-v3 from a file that the user supplies."""

import hashlib
from pathlib import Path

import torch

from ganstudio.checkpoints.reader import NONSENSE, open_contents
from ganstudio.checkpoints.recognition import Foreign
from ganstudio.checkpoints.refusals import StreamError, named
from ganstudio.checkpoints.source import FileSource
from ganstudio.core.foreign import UnsoundTensorError, state_dict_in
from ganstudio.metrics.features import INCEPTION_FILE, FeatureNetworkError, InceptionFeatures


def read_inception(file: Path) -> InceptionFeatures:
    """Read the weights as plain numbers; raises CheckpointError or FeatureNetworkError."""
    weights = read_weights(file)
    with file.open("rb") as content:
        sha256 = hashlib.file_digest(content, "sha256").hexdigest()
    return InceptionFeatures(weights, sha256)


def read_weights(file: Path) -> dict[str, torch.Tensor]:
    """Return the named tensors of a file of any known kind; nothing in it is run."""
    with FileSource(file) as source:
        try:
            contents = open_contents(source)
            tensors = None if isinstance(contents, Foreign) else state_dict_in(contents.root)
            weights = {name: tensor.load() for name, tensor in (tensors or {}).items()}
        except StreamError as error:
            raise named(file, error) from error
        except (UnsoundTensorError, *NONSENSE) as error:
            raise FeatureNetworkError(f"{file.name} is damaged; download {INCEPTION_FILE} again.") from error
    if not weights:
        what = contents.what if isinstance(contents, Foreign) else "no list of named weights"
        raise FeatureNetworkError(f"{file.name} is {what}; supply {INCEPTION_FILE}, the conversion of 2015's weights.")
    return weights
