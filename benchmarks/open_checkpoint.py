"""Opening a snapshot of published size: time and memory against what the weights alone take.

    python -m benchmarks.open_checkpoint [--protocol 4] [--keep FILE]

Writes a file in the layout of a 1024 px snapshot (G, D and G_ema, about 380 MB) with random weights, then opens it in
fresh processes. Target: about a second, memory near the size of the generator.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from pathlib import Path

import torch

from ganstudio.architectures.stylegan2.discriminator import Discriminator, StyleGAN2DiscriminatorConfig
from ganstudio.architectures.stylegan2.networks import GeneratorNetwork, StyleGAN2Config, channel_plan
from tests.checkpoints import nvidia_writer

MEASURE = """
import json, resource, sys, time
import torch
from ganstudio.architectures import cards
from ganstudio.checkpoints.reader import open_contents, read_checkpoint
from ganstudio.checkpoints.source import FileSource
from pathlib import Path
cards()
def peak():
    status = Path("/proc/self/status")
    if not status.exists():
        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return next(int(line.split()[1]) for line in status.read_text().splitlines() if line.startswith("VmHWM")) / 1024
path, before, start = Path(sys.argv[1]), peak(), time.perf_counter()
with FileSource(path) as source:
    open_contents(source)
    structure = time.perf_counter() - start
parsed = peak()
start = time.perf_counter()
found = read_checkpoint(path)
loaded = time.perf_counter() - start
size = sum(tensor.nbytes for tensor in found.tensors["generator"].values()) / 2**20
print(json.dumps({"structure_s": round(structure, 3), "structure_mib": round(parsed - before, 1),
                  "whole_s": round(loaded, 3), "whole_mib": round(peak() - before, 1),
                  "generator_mib": round(size, 1), "file_mib": round(path.stat().st_size / 2**20, 1)}))
"""


def write(path: Path, protocol: int) -> None:
    """Write the snapshot."""
    plan = channel_plan(1024, 32768, 512)
    config, critic = StyleGAN2Config(channels=plan), StyleGAN2DiscriminatorConfig(channels=plan)
    networks = {name: nvidia_writer.generator(config, GeneratorNetwork(config).state_dict()) for name in ("G", "G_ema")}
    networks["D"] = nvidia_writer.discriminator(critic, Discriminator(critic).state_dict())
    nvidia_writer.write_pickle(path, nvidia_writer.snapshot(**networks), protocol)


def main() -> None:
    """Write, measure three times, print the numbers."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--protocol", type=int, default=4, choices=(2, 3, 4, 5), help="of the pickle")
    parser.add_argument("--keep", type=Path, help="write the file here and keep it")
    options = parser.parse_args()
    torch.manual_seed(0)
    with tempfile.TemporaryDirectory() as folder:
        path = options.keep or Path(folder) / "network-snapshot.pkl"
        if not path.exists():
            write(path, options.protocol)
        for _ in range(3):
            done = subprocess.run(
                [sys.executable, "-c", MEASURE, str(path)], capture_output=True, text=True, check=True
            )
            print(json.dumps(json.loads(done.stdout)))


if __name__ == "__main__":
    main()
