"""Encoders of shipped models: trained on fresh pictures, packed with their card and a sheet of what they answer."""

import shlex
import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import torch
from PIL import Image

from assets.builders.card import rounded, write_card
from assets.builders.trained import CC0_TEXT, HOLDER, train
from ganstudio.checkpoints.checkpoint import GENERATOR, Checkpoint
from ganstudio.checkpoints.format import save_checkpoint
from ganstudio.checkpoints.networks import open_picture_network
from ganstudio.checkpoints.reader import read_checkpoint
from ganstudio.checkpoints.shipped import ENCODERS, MODEL_FILE
from ganstudio.core.document import NoiseSetting
from ganstudio.core.inputs import Ability
from ganstudio.core.paths import ASSETS
from ganstudio.core.pixels import to_pixels
from ganstudio.data.generated import GeneratedOptions, GeneratedPictures
from ganstudio.engine.model import open_model
from ganstudio.losses.perceptual import lpips_vgg16
from ganstudio.studio.assets import Card, Licence, Number, Run, read_card
from ganstudio.studio.model_drawer import ModelDrawer

MEASURED, SHOWN, ACROSS = 256, 32, 8
SHEET = "sheet.jpg"
QUALITY = 92


@dataclass(frozen=True, slots=True)
class TrainedEncoder:
    """Makes the encoder `name` of the shipped model `generator` by one run after the other, each from the last one.

    A run is the preset, the images and further arguments of the train command.
    """

    name: str
    title: str
    summary: str
    generator: str
    data: str
    runs: tuple[tuple[str, int, str], ...]

    @property
    def folder(self) -> Path:
        """The encoder's place."""
        return ASSETS / ENCODERS / self.name

    @property
    def shown(self) -> int:
        """The pictures of all runs."""
        return sum(images for _, images, _ in self.runs)

    def arguments(self, run: int) -> tuple[str, ...]:
        """What the train command is given for one run, but for folders."""
        preset, images, more = self.runs[run]
        named = f"--architecture encoder --preset {preset} --data model:{self.data} --images {images} --threads 1"
        return ("train", *shlex.split(f"{named} {more}"))

    @property
    def command(self) -> str:
        """The whole commands, one after the other."""
        parts = []
        for i in range(len(self.runs)):
            begun = f" --start-from runs/{self.name}-{i - 1}/{MODEL_FILE}" if i else ""
            parts.append(f"python launcher.py {shlex.join(self.arguments(i))}{begun} --run runs/{self.name}-{i}")
        return " && ".join(parts)

    def build(self, target: Path | None = None) -> Path:
        """Train, measure and write it into `target` (its place when None); raises TrainingFailedError."""
        with tempfile.TemporaryDirectory() as scratch:
            begun: tuple[str, ...] = ()
            for i in range(len(self.runs)):
                run = Path(scratch) / str(i)
                train((*self.arguments(i), *begun), run)
                begun = ("--start-from", str(run / MODEL_FILE))
            self.pack(run / MODEL_FILE, target or self.folder)
        return target or self.folder

    def pack(self, trained: Path, target: Path) -> None:
        """Write weights, sheet and card of a finished run's encoder into `target`."""
        target.mkdir(parents=True, exist_ok=True)
        found = read_checkpoint(trained, ability=Ability.ENCODING)
        of_data = read_card(ASSETS / "models" / self.data / "card.json").licence
        note = f"Learned from {self.data}: {of_data.spdx}, {of_data.holder} ({of_data.text})."
        licence = Licence("CC0-1.0", HOLDER, CC0_TEXT, note)
        tensors = {name: t.half() if t.ndim > 2 else t for name, t in found.tensors[GENERATOR].items()}
        provenance = {
            "name": self.name,
            "command": self.command,
            "images_seen": self.shown,
            "data": self.data,
            "encodes": found.provenance["encodes"],
        }
        groups, spdx = {GENERATOR: tensors}, licence.spdx
        kept = Checkpoint(found.architecture, found.config, groups, provenance=provenance, licence=spdx)
        save_checkpoint(target / MODEL_FILE, kept)
        card = Card(
            name=self.name,
            title=self.title,
            summary=self.summary,
            licence=licence,
            architecture=found.architecture,
            training="It still improves. Trained from random weights with the encoder recipe for the "
            f"model {self.generator}, which stayed as it was; {self.shown} pictures were shown. Averaged weights, "
            "kernels stored in half precision. The commands repeat that, though not bit for bit: the first three runs "
            "learned from an earlier state of that model.",
            numbers=self.measured(target),
            run=Run(self.command, self.runs[-1][0], self.shown, self.data, of_data.spdx),
            sheet=SHEET,
        )
        write_card(card, target)

    @torch.no_grad()
    def measured(self, target: Path) -> tuple[Number, ...]:
        """Measure what comes back of pictures that no run saw, write the sheet of some, and compare with the mean w."""
        model = open_model(self.generator, "cpu")
        encoder, _ = open_picture_network(target / MODEL_FILE, Ability.ENCODING, torch.device("cpu"))
        options = GeneratedOptions(resolution=model.info.resolution, stream="measured")
        reader = GeneratedPictures(ModelDrawer(self.data), options, MEASURED).reader()
        wanted = torch.from_numpy(reader.read(range(MEASURED)).pixels).float() / 127.5 - 1.0
        assert model.w_avg is not None
        mean = model.w_avg.expand(1, model.info.n_latent, -1)
        found = model.generator.synthesis(encoder.answer(wanted), NoiseSetting()).clamp(-1.0, 1.0)
        usual = model.generator.synthesis(mean, NoiseSetting()).clamp(-1.0, 1.0).expand_as(wanted)
        pairs = np.stack([to_pixels(wanted[:SHOWN]), to_pixels(found[:SHOWN])], axis=1)
        height, width = pairs.shape[2:4]
        rows = pairs.reshape(-1, ACROSS, height, width, 3).transpose(0, 2, 1, 3, 4).reshape(-1, ACROSS * width, 3)
        Image.fromarray(rows).save(target / SHEET, quality=QUALITY)
        distance, numbers = lpips_vgg16(), []
        for what, pictures in (("", found), (" of the mean face", usual)):
            values = distance(pictures, wanted)
            psnr = 10.0 * torch.log10(4.0 / (pictures - wanted).square().mean(dim=(1, 2, 3)))
            for metric, each, network in (("lpips", values, "LPIPS VGG16"), ("psnr", psnr, "pixels, dB")):
                error = f"standard error {rounded(float(each.std()) / MEASURED**0.5)}"
                numbers.append(Number(f"{metric}{what}", float(f"{float(each.mean()):.4g}"), MEASURED, error, network))
        return tuple(numbers)


FACES_ENCODER = TrainedEncoder(
    name="faces-encoder",
    title="Encoder of faces (e4e, 64 px)",
    summary="Answers a picture of a face at 64 x 64 pixels with the latent of the model faces that comes near it, in "
    "one pass of some milliseconds.",
    generator="faces",
    data="faces-dcgan",
    runs=(
        ("faces-64-quick", 5_008, "--arithmetic bfloat16 --set lr=0.0005 generated_share=0.5 adversarial_weight=0.1"),
        ("faces-64-quick", 8_000, "--arithmetic bfloat16 --set rows_from=0 batch=8 lr=0.0007"),
        ("faces-64-quick", 18_000, "--arithmetic bfloat16 --set rows_from=0 batch=8 lr=0.0007"),
        ("faces-64", 10_000, "--arithmetic bfloat16 --set rows_from=0 lr=0.0007"),
        ("faces-64", 58_496, "--arithmetic bfloat16 --set rows_from=0 lr=0.0007 augment_p=0.35"),
        ("faces-64", 6_000, "--arithmetic bfloat16 --set rows_from=0 lr=0.0002 augment_p=0.35"),
    ),
)
