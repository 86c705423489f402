"""A photo from disk inverted on the command line: the face is found, framed, searched for, and pasted back."""

import csv
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from ganstudio.core.device import AUTO
from ganstudio.core.document import Space
from ganstudio.core.errors import WrongInputError
from ganstudio.core.files import write_file
from ganstudio.core.inverting import LEAST_COMPARED, Method, nearness, psnr_of
from ganstudio.core.progress import Progress
from ganstudio.studio.encoders import encoded_by
from ganstudio.studio.enlargement import PictureEnlarging
from ganstudio.studio.framings import framing_of
from ganstudio.studio.pictures import prepare_folder, save_png

if TYPE_CHECKING:
    from ganstudio.core.square import Square
    from ganstudio.core.store import Array
    from ganstudio.data.faces.placing import Placing
    from ganstudio.data.photos import Photo
    from ganstudio.engine.inverting import Encode, Found, PhotoInversion, Sight
    from ganstudio.engine.model import Model

MOST_STEPS, MOST_STARTS = 100_000, 4096
CODES = 8
TUNING_SHARE = 0.5
TUNED = "tuned.safetensors"
WRITTEN = (
    "aligned.png", "reconstruction.png", "enlarged.png", "latent.npz", "curves.csv", "pasted.png", "report.json", TUNED,
)  # fmt: skip


@dataclass(frozen=True)
class InvertOptions:
    """Find the latent of a photo, and write aligned.png, reconstruction.png, latent.npz, curves.csv, pasted.png and
    report.json; pivotal also writes tuned.safetensors, which opens as the tuned model where the model itself is. Ctrl+C
    ends a search early and writes the best until then."""

    photo: Path
    """The photo."""
    out: Path
    """Folder for the results; made where it does not exist."""
    model: str = "faces"
    """Name of a shipped model, or path of a checkpoint."""
    method: Method | None = None
    """encoder answers at once; optimise searches from the mean; hybrid searches from the encoder's answer; pivotal then
    tunes the model itself; codes searches for several codes that draw the picture together. Without it: hybrid where
    the model has an encoder, else optimise."""
    steps: int = 200
    """Steps of the search; pivotal takes half of them for the search and half for tuning."""
    space: Space = Space.W_PLUS
    """Where to search: z, w, w+ or style."""
    starts: int = 1
    """With optimise: places to begin at, the mean and random ones; the best goes on. Not in style channels."""
    in_domain: bool = False
    """With hybrid: the encoder keeps the search among what the model draws by itself (Zhu et al. 2020)."""
    codes: int = CODES
    """How many codes the method codes searches for."""
    meet: str = ""
    """The stage where several codes meet, such as b16; none means the one at half the resolution."""
    face: int = 1
    """Which of several faces, the largest first."""
    square: tuple[float, float, float, float] | None = None
    """X Y SIDE ANGLE: cut this out instead of a face; the middle and the side in pixels of the upright photo, turned
    clockwise by radians, as report.json says it."""
    seed: int = 0
    """For what is drawn at random in the search."""
    enlarge: bool = False
    """Also write enlarged.png: the reconstruction four times as wide and high, with details drawn by Real-ESRGAN; and
    pasted.png shows that."""
    encoder: Path | None = None
    """File of an encoder that was trained for this model; without it the one beside the model's file, or shipped."""
    device: str = AUTO
    """Where to compute: auto, cpu, cuda, cuda:1, mps."""


def invert(options: InvertOptions) -> Iterator[Progress]:
    """Find, frame, search, write; every step is yielded with its LPIPS.

    Who stops it once it searches has the best until then: on Ctrl+C that is written, too.
    """
    refuse_wrong(options)
    folder = prepare_folder(options.out)
    yield Progress(0, options.steps, f"opening {options.model}")

    from ganstudio.data.faces.square import cut
    from ganstudio.data.photos import read_photo
    from ganstudio.engine.model import open_model

    photo = read_photo(options.photo)
    model = open_model(options.model, device=options.device)
    method, encode = way_of(options, model)
    refuse_contradictions(options, method)
    placing = placed_by(options, model, photo)
    aligned = cut(photo.shown, placing.square, model.info.resolution)
    inversion = prepared(options, method, encode, model, aligned)
    save_png(folder / "aligned.png", aligned)
    results = Results(options, folder, photo, placing)
    try:
        for sight in inversion.steps():
            results.sights.append(sight)
            near = nearness(model.info.resolution, sight.lpips, psnr_of(sight.pixel))
            yield Progress(len(results.sights), options.steps, f"{sight.part} {sight.number}: {near}")
    except (KeyboardInterrupt, GeneratorExit) as stop:
        if inversion.found is None:
            raise
        inversion.settle()
        said = results.write(model, inversion.found)
        if isinstance(stop, GeneratorExit):
            raise
        raise KeyboardInterrupt(f"Stopped; the best until then is kept. {said}") from stop
    found = inversion.found
    assert found is not None, "every method has a first step"
    large = None
    if options.enlarge:
        large = yield from PictureEnlarging(options.device).enlarged(found.picture)
        save_png(folder / "enlarged.png", large)
    yield Progress(options.steps, options.steps, " ".join((*placing.words, results.write(model, found, large))))


def refuse_wrong(options: InvertOptions) -> None:
    """Refuse numbers out of bounds, and results that would take the place of what is read; raises WrongInputError."""
    if not 0 < options.steps <= MOST_STEPS:
        raise WrongInputError(f"{options.steps} steps cannot be taken; give 1 to {MOST_STEPS}.")
    if not 0 < options.starts <= MOST_STARTS:
        raise WrongInputError(f"A search cannot begin at {options.starts} places; give 1 to {MOST_STARTS}.")
    for given in (options.photo, Path(options.model), options.encoder):
        if given is not None and given.name in WRITTEN and given.resolve() == (options.out / given.name).resolve():
            raise WrongInputError(
                f"{given} lies where a result of that name would be written over it; choose another folder with --out."
            )


def refuse_contradictions(options: InvertOptions, method: Method) -> None:
    """Refuse what a method would leave aside without a word; raises WrongInputError."""
    codes = (options.codes, options.meet) != (CODES, "")
    encoded = options.space is not Space.W_PLUS and method in (Method.ENCODER, Method.CODES)
    for wrong, name, remedy in (
        (options.starts > 1 and method is not Method.OPTIMISE, "--starts", "it is for --method optimise"),
        (options.in_domain and method is not Method.HYBRID, "--in-domain", "it is for --method hybrid"),
        (codes and method is not Method.CODES, "--codes or --meet", "they are for --method codes"),
        (encoded, f"--space {options.space.value}", "leave it out"),
    ):
        if wrong:
            raise WrongInputError(f"The method {method} has no use for {name}; {remedy}.")


def way_of(options: InvertOptions, model: "Model") -> "tuple[Method, Encode | None]":
    """Return the method that suits a model where none is asked for, and the encoder; raises WrongInputError."""
    from ganstudio.engine.encoders import encoder_of

    if options.method in (Method.OPTIMISE, Method.CODES):
        return options.method, None
    known = () if options.encoder is None else (options.encoder,)
    if known and encoded_by(known[0])[0] != model.info.digest:
        raise WrongInputError(f"{known[0]} is no encoder of {model.info.name}; train one for it, or leave it out.")
    encode = encoder_of(model, known)
    return options.method or (Method.OPTIMISE if encode is None else Method.HYBRID), encode


def placed_by(options: InvertOptions, model: "Model", photo: "Photo") -> "Placing":
    """Return what is cut out: the square that was asked for, else a face, else the middle."""
    from ganstudio.core.square import Square
    from ganstudio.data.faces.judge import shipped_detector
    from ganstudio.data.faces.placing import Placing, place

    if options.square is not None:
        return Placing(Square(*options.square), None, (), ())
    return place(shipped_detector(), photo, framing_of(model), options.face, by_hand="with --square")


def prepared(
    options: InvertOptions, method: Method, encode: "Encode | None", model: "Model", aligned: "Array"
) -> "PhotoInversion":
    """Lay out the inversion that the options ask for."""
    from ganstudio.engine.inverting import PhotoInversion
    from ganstudio.latent.inversion import InversionOptions
    from ganstudio.latent.local_edits import DOMAIN
    from ganstudio.latent.multi_code import MultiCodeOptions
    from ganstudio.latent.pivotal import TuningOptions

    tuned = round(options.steps * TUNING_SHARE) if method is Method.PIVOTAL else 0
    return PhotoInversion(
        model,
        aligned,
        method,
        InversionOptions(
            space=options.space,
            steps=options.steps - tuned,
            seed=options.seed,
            starts=options.starts,
            domain_weight=DOMAIN if options.in_domain else 0.0,
        ),
        tuning=TuningOptions(steps=tuned, seed=options.seed),
        codes=MultiCodeOptions(codes=options.codes, stage=options.meet),
        encode=encode,
    )


@dataclass
class Results:
    """What is written beside one another of one inversion; `sights` are its steps."""

    options: InvertOptions
    folder: Path
    photo: "Photo"
    placing: "Placing"
    sights: "list[Sight]" = field(default_factory=list)

    def write(self, model: "Model", found: "Found", large: "Array | None" = None) -> str:
        """Write all but aligned.png and enlarged.png, whose picture is pasted where there is one; say how near."""
        from ganstudio.checkpoints.tuned import save_tuned
        from ganstudio.data.faces.paste import Change, paste_into
        from ganstudio.data.photos import save_photo

        folder, photo, square = self.folder, self.photo, self.placing.square
        save_png(folder / "reconstruction.png", found.picture)
        write_bytes(folder / "latent.npz", latent_file(model, found))
        write_bytes(folder / "curves.csv", curves(self.sights).encode())
        if found.changes:
            save_tuned(folder / TUNED, Path(model.info.path), found.changes)
        change = Change(found.picture if large is None else large)
        save_photo(photo, paste_into(photo, change, square), folder / "pasted.png")
        compared = model.info.resolution >= LEAST_COMPARED
        small = () if compared else (f"Pictures of {model.info.resolution} px are too small for LPIPS.",)
        report = report_of(self.options, model, found, square, (*self.placing.words, *photo.notes, *small))
        write_bytes(folder / "report.json", (json.dumps(report, indent=1) + "\n").encode())
        mean = f"LPIPS {found.lpips:.4f} (the mean's picture {found.lpips_of_mean:.4f}), " if compared else ""
        return f"{folder}: {mean}PSNR {found.psnr:.1f} dB"


def write_bytes(path: Path, data: bytes) -> None:
    """Write a file whole or not at all. Raises SaveError."""
    write_file(path, (data,), len(data))


def latent_file(model: "Model", found: "Found") -> bytes:
    """Return an .npz with `w` `[1, n_latent, w_dim]` (z for models without w), noises and offsets of styles.

    Several codes are `codes` `[K, n_latent, w_dim]`, the `weights` `[K, C]` of channels and the stages that they draw;
    there is no `w` then, since no single one draws the picture.
    """
    import numpy as np

    if found.several is not None:
        several = found.several
        codes, weights = found.code.ws + several.offsets, several.weights
        arrays = {"codes": codes.detach().float().cpu().numpy(), "weights": weights.detach().float().cpu().numpy()}
        return saved_arrays({**arrays, "stages": np.array(several.stages)})
    name = "z" if model.w_avg is None else "w"
    ws = found.code.ws.detach().float().cpu().numpy()
    arrays = {name: ws[:, 0] if name == "z" else ws}
    arrays |= {f"noise{i}": noise.float().cpu().numpy()[0, 0] for i, noise in found.code.noises.items()}
    arrays |= {f"style.{layer}": offset.float().cpu().numpy()[0] for layer, offset in found.code.styles.items()}
    return saved_arrays(arrays)


def saved_arrays(arrays: "dict[str, Array]") -> bytes:
    """Return named arrays as an .npz."""
    import numpy as np

    buffer = io.BytesIO()
    np.savez(buffer, allow_pickle=False, **arrays)
    return buffer.getvalue()


def curves(sights: "list[Sight]") -> str:
    """Return every step's losses as CSV; best_lpips is the best until then."""
    names = list(dict.fromkeys(name for sight in sights for name in sight.losses))
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(["part", "step", *names, "best_lpips", "best_pixel"])
    for sight in sights:
        losses = (f"{sight.losses[name]:.6g}" if name in sight.losses else "" for name in names)
        writer.writerow([sight.part, sight.number, *losses, f"{sight.lpips:.6g}", f"{sight.pixel:.6g}"])
    return text.getvalue()


def report_of(
    options: InvertOptions, model: "Model", found: "Found", square: "Square", notes: tuple[str, ...]
) -> dict[str, object]:
    """Say what was done and how near it came; distances are LPIPS-VGG16 and decibels."""
    return {
        "model": model.info.name,
        "photo": options.photo.name,
        "method": str(found.method),
        "space": str(found.space.value),
        **({"starts": options.starts} if options.starts > 1 else {}),
        **({"in_domain": True} if options.in_domain else {}),
        **({} if found.several is None else {"codes": len(found.several.offsets), "meet": found.several.stages[-1]}),
        "steps": found.steps,
        "seconds": round(found.seconds, 3),
        "lpips": found.lpips if model.info.resolution >= LEAST_COMPARED else None,
        "lpips_of_mean": found.lpips_of_mean if model.info.resolution >= LEAST_COMPARED else None,
        "psnr": found.psnr,
        "square": {"x": square.x, "y": square.y, "side": square.side, "angle": square.angle},
        "notes": list(notes),
    }
