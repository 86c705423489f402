"""How others name and wrap the tensors of these generators: BasicSR, the older ESRGAN code, a port of SRGAN."""

import re

import torch

from ganstudio.architectures.srgan.networks import Design, SRGANConfig
from ganstudio.architectures.srgan.shapes import recognise
from ganstudio.core.foreign import Dialect, ForeignValue, Imported, Mismatch, StateDict, Weights
from ganstudio.core.foreign_modules import find_weights, other_keys, weights_in

KEYS = ("params_ema", "params", "generator", "netG", "state_dict", "model", "G")
TITLES = {
    Design.RRDB: "an RRDB network (ESRGAN, Real-ESRGAN)",
    Design.SRRESNET: "SRGAN's generator",
    Design.PLAIN: "a residual network without normalisation (MSRResNet)",
}
OLDER = {
    "trunk_conv": "conv_body",
    "upconv1": "conv_up1",
    "upconv2": "conv_up2",
    "HRconv": "conv_hr",
}
OLDEST = {"0": "conv_first", "3": "conv_up1", "6": "conv_up2", "8": "conv_hr", "10": "conv_last"}
OLDER_BLOCK = re.compile(r"RRDB_trunk\.(\d+)\.RDB(\d)\.(conv\d)\.(\w+)")
OLDEST_BLOCK = re.compile(r"model\.1\.sub\.(\d+)\.RDB(\d)\.(conv\d)\.0\.(\w+)")
OLDEST_END = re.compile(r"model\.1\.sub\.\d+\.(weight|bias)")


def read_generator(root: ForeignValue) -> Imported | Mismatch:
    """Read a generator under the published names or their older forms."""
    found = find_weights(root, KEYS) or weights_in(root)
    if found is None:
        return Mismatch("it holds no dictionary of named tensors under a known key")
    named = present_names(found.tensors)
    config = recognise({name: tensor.shape for name, tensor in named.items()})
    if config is None:
        return Mismatch("its tensors have not the names of SRGAN's or ESRGAN's layers")
    weights: Weights = dict(named)
    for name in named:
        if name.endswith(".running_var"):
            weights.setdefault(name.replace("running_var", "num_batches_tracked"), torch.zeros((), dtype=torch.int64))
    return Imported(
        what=f"{TITLES[config.design]} that makes pictures {config.scale} times as large",
        config=config,
        generator=weights,
        used=(found.key or "all tensors",),
        ignored=other_keys(root, found.key),
        notes=_rawness(root, found.key, config),
    )


def present_names(tensors: StateDict) -> StateDict:
    """Return ESRGAN's tensors under today's names; any others as they are."""
    if not any(name.startswith(("RRDB_trunk.", "model.1.sub.")) for name in tensors):
        return tensors
    named: StateDict = {}
    for name, tensor in tensors.items():
        block = OLDER_BLOCK.fullmatch(name) or OLDEST_BLOCK.fullmatch(name)
        end = OLDEST_END.fullmatch(name)
        if block is not None:
            named[f"body.{block[1]}.rdb{block[2]}.{block[3]}.{block[4]}"] = tensor
        elif end is not None:
            named[f"conv_body.{end[1]}"] = tensor
        else:
            layer, _, part = name.removeprefix("model.").partition(".")
            table = OLDEST if name.startswith("model.") else OLDER
            named[f"{table.get(layer, layer)}.{part}"] = tensor
    return named


def _rawness(root: ForeignValue, key: str, config: SRGANConfig) -> tuple[str, ...]:
    """Say where no averaged weights lie beside those of training."""
    if key != "params" or config.design is not Design.RRDB or not isinstance(root, dict):
        return ()
    return ("The averaged weights (params_ema) are missing, so the raw ones (params) are used.",)


DIALECTS: tuple[Dialect, ...] = (Dialect("SRGAN or ESRGAN weights", read_generator),)
