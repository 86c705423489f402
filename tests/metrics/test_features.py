"""Feature networks: what they are fed, what comes out, and what is said of wrong weights."""

import hashlib

import numpy as np
import pytest
import torch
from PIL import Image

from ganstudio.losses.perceptual import lpips_vgg16
from ganstudio.metrics.features import (
    FeatureNetworkError,
    InceptionFeatures,
    Vgg16Features,
    bilinear_weights,
    resized_bicubic,
    resized_bilinear,
)
from ganstudio.metrics.inception import InceptionNetwork


def pixels(count: int, side: int, channels: int = 3) -> np.ndarray:
    """Return random pictures uint8 `[count, channels, side, side]`."""
    return np.random.default_rng(0).integers(0, 256, (count, channels, side, side), dtype=np.uint8)


@pytest.fixture(scope="module")
def vgg() -> Vgg16Features:
    return Vgg16Features()


def test_vgg_features_are_the_spatial_mean_of_the_last_map(vgg: Vgg16Features) -> None:
    pictures = pixels(2, 64)
    found = vgg.extract(pictures)
    assert found.probabilities is None
    assert found.features.shape == (2, 512)
    maps = lpips_vgg16().raw_features(torch.from_numpy(pictures) / 127.5 - 1.0)[-1]
    assert maps.shape == (2, 512, 4, 4)
    torch.testing.assert_close(found.features, maps.mean(dim=(2, 3)), rtol=1e-4, atol=1e-5)
    assert found.features.std() > 0.01


def test_grey_pictures_count_as_three_equal_channels(vgg: Vgg16Features) -> None:
    grey = pixels(2, 40, channels=1)
    colour = vgg.extract(grey.repeat(3, axis=1)).features
    torch.testing.assert_close(vgg.extract(grey).features, colour)


def test_resizing_is_pillows_without_its_rounding() -> None:
    picture = pixels(1, 100)
    ours = resized_bicubic(torch.from_numpy(picture).float(), 64)[0]
    theirs = [Image.fromarray(p).convert("F").resize((64, 64), Image.Resampling.BICUBIC) for p in picture[0]]
    torch.testing.assert_close(ours, torch.from_numpy(np.stack(theirs)).clamp(0.0, 255.0), rtol=0.0, atol=1e-3)


def test_pictures_of_the_right_size_are_left_as_they_are() -> None:
    picture = torch.from_numpy(pixels(1, 64)).float()
    assert resized_bicubic(picture, 64) is picture


def test_the_graph_of_2015_anchors_pictures_at_their_corner() -> None:
    weights = bilinear_weights(2, 4)
    assert weights.tolist() == [[1.0, 0.0], [0.5, 0.5], [0.0, 1.0], [0.0, 1.0]]
    picture = torch.arange(6.0).reshape(1, 1, 2, 3)
    enlarged = resized_bilinear(picture, 6)
    assert enlarged[0, 0, 0].tolist() == [0.0, 0.5, 1.0, 1.5, 2.0, 2.0]
    assert enlarged[0, 0, :, 0].tolist() == pytest.approx([0.0, 1.0, 2.0, 3.0, 3.0, 3.0])


@pytest.fixture(scope="module")
def weights() -> dict[str, torch.Tensor]:
    torch.manual_seed(0)
    return {name: tensor for name, tensor in InceptionNetwork().state_dict().items() if "num_batches" not in name}


def test_the_network_of_2015_has_its_published_size_and_names(weights: dict[str, torch.Tensor]) -> None:
    trained = [tensor for name, tensor in weights.items() if "running" not in name]
    assert sum(tensor.numel() for tensor in trained) == 23_834_568 + 8 * 2049
    assert weights["Conv2d_1a_3x3.conv.weight"].shape == (32, 3, 3, 3)
    assert weights["Mixed_5b.branch5x5_2.conv.weight"].shape == (64, 48, 5, 5)
    assert weights["Mixed_6c.branch7x7dbl_4.conv.weight"].shape == (160, 160, 7, 1)
    assert weights["Mixed_7a.branch7x7x3_4.conv.weight"].shape == (192, 192, 3, 3)
    assert weights["Mixed_7c.branch3x3dbl_3b.bn.running_var"].shape == (384,)
    assert weights["Mixed_7c.branch_pool.conv.weight"].shape == (192, 2048, 1, 1)
    assert weights["fc.weight"].shape == (1008, 2048)


def test_inception_gives_features_and_probabilities(weights: dict[str, torch.Tensor]) -> None:
    sha256 = hashlib.sha256(b"weights").hexdigest()
    network = InceptionFeatures(weights, sha256)
    found = network.extract(pixels(2, 32))
    assert found.features.shape == (2, 2048)
    assert found.probabilities is not None
    assert found.probabilities.shape == (2, 1008)
    torch.testing.assert_close(found.probabilities.sum(dim=1), torch.ones(2))
    assert sha256[:12] in network.title
    other = InceptionFeatures({**weights, "fc.bias": weights["fc.bias"] + torch.arange(1008.0)}, sha256)
    again = other.extract(pixels(2, 32)).probabilities
    torch.testing.assert_close(again, found.probabilities)  # the published score leaves the bias out


def test_other_weights_are_refused(weights: dict[str, torch.Tensor]) -> None:
    with pytest.raises(FeatureNetworkError, match="torchvision"):
        InceptionFeatures({name: tensor for name, tensor in weights.items() if name != "fc.bias"}, "0" * 64)
