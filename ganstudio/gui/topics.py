"""What the question marks say, in plain words, and where it was published."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Topic:
    """One explanation."""

    title: str
    words: tuple[str, ...]
    paper: str = ""


LATENT = Topic(
    "Latent space",
    (
        (
            "A generator turns a list of random numbers into a picture. A seed is a short name for such a list: "
            "the same seed gives the same picture, here and in the authors' own tools."
        ),
        (
            "The pad lays the seeds out on an endless plane. On a dot you see that seed; between dots the lists are "
            "blended, so the picture changes smoothly. Drag, use the arrow keys, or press Walk."
        ),
    ),
    "Goodfellow et al. 2014, “Generative Adversarial Networks”; blending on the pad as in Karras et al. 2021, "
    "“Alias-Free Generative Adversarial Networks”",
)
TRUNCATION = Topic(
    "Truncation, ψ",
    (
        (
            "ψ pulls every picture towards the model's average. At 1 nothing is pulled; near 0 pictures become typical "
            "and clean, and all alike; above 1 they become daring and may break; below 0 they turn into opposites."
        ),
        (
            "“Up to layer” limits the pull to the first layers, which decide about shape, and leaves colour and detail "
            "as they were."
        ),
    ),
    "Karras et al. 2019, “A Style-Based Generator Architecture for GANs”, section B",
)
RESAMPLING = Topic(
    "Truncation by drawing again",
    (
        (
            "This model has no average to pull towards. Instead, random numbers that are far out are drawn again: "
            "every value above 2ψ in size. At 1 that touches few; smaller ψ keeps pictures near the ordinary."
        ),
    ),
    "Brock et al. 2019, “Large Scale GAN Training for High Fidelity Natural Image Synthesis”, section 3.1",
)
NOISE = Topic(
    "Noise",
    (
        (
            "The model adds a little grain of its own to every layer. It decides about chance details, such as how "
            "single hairs fall, and leaves who is seen untouched."
        ),
        (
            "Fixed is the grain the model was saved with, so that pictures stay still. Random draws it from a seed, "
            "and can move along a circle, so that an animation ends where it began. None leaves it out."
        ),
        (
            "Noise in coarse layers bends large curls, noise in fine layers draws pores and single hairs. The standard "
            "deviation shows where the noise makes a difference at all: bright pixels change, dark ones never do."
        ),
    ),
    "Karras et al. 2019, “A Style-Based Generator Architecture for GANs”, sections 3.2 and 3.3, figures 4 and 5",
)
MIXING = Topic(
    "Style mixing",
    (
        (
            "Every layer of this model takes a style. Coarse layers decide about pose and shape, middle ones about "
            "features, fine ones about colour and small details. Here other latents lend this picture their layers."
        ),
        (
            "A weight of 1 takes a layer over, 0 leaves it, between them styles are blended in W+. What all sources "
            "leave of 1 stays the picture's own; beyond 1 they share it in proportion."
        ),
    ),
    "Karras et al. 2019, “A Style-Based Generator Architecture for GANs”, section 3.1",
)
MIXING_SHEET = Topic(
    "Mixing sheet",
    (
        (
            "Each row is one picture, each column another. A cell is the row's picture with some layers of the "
            "column's: coarse, middle, fine, or those you choose."
        ),
        "Click a cell to go there: it becomes the picture, with the column's seed as a style source.",
    ),
    "Karras et al. 2019, “A Style-Based Generator Architecture for GANs”, figure 3",
)
CLASSES = Topic(
    "Class",
    (
        "This model was trained on named kinds of pictures. Choose the kind to draw; the seed stays the same.",
        (
            "“Mix in another class” draws what lies between kinds: their embeddings are interpolated by the shares, "
            "which always sum to 1. The list changes the class whose name is lit."
        ),
    ),
    "Mirza and Osindero 2014, “Conditional Generative Adversarial Nets”; interpolated as in Brock et al. 2019",
)
DEVICE = Topic(
    "Device and precision",
    (
        "Auto takes the fastest device that answers on this machine.",
        (
            "Exact computes with 32-bit numbers and repeats the authors' pictures. Fast computes with 16-bit numbers: "
            "quicker, with differences the eye hardly finds."
        ),
    ),
)
HISTORY = Topic(
    "History",
    (
        (
            "Every change is a step, the newest on top. A click goes there; so do the arrow keys. Going back and "
            "changing something else begins a new branch, and the other one stays as it is."
        ),
        "Undo and redo run along the coloured way. The last 500 steps are kept, with the project too.",
    ),
)
PROJECT = Topic(
    "Project",
    (
        (
            "A project is everything you made: the pictures in their tabs, what you kept, the timeline, and the whole "
            "history. Saving puts it into one file; dropping that file on the window brings it back."
        ),
        (
            "Every edit is also kept by itself, within seconds. After a crash the next start offers it back, and what "
            "you close without saving stays here for a while."
        ),
    ),
)
TIMELINE = Topic(
    "Timeline and path length",
    (
        (
            "Keyframes are places in the latent space; playing walks from one to the next. The document stays as it "
            "is until you take a frame."
        ),
        (
            "The strip shows how fast the picture changes to the eye: √LPIPS per second, filled in while there is "
            "time. A segment's PPL is the mean of the squared speed √LPIPS(G(p(t)), G(p(t + ε)))/ε, with t going "
            "evenly from 0 to 1 on that segment and ε towards 0: the length of its seconds and its easing do not "
            "count. ± is half a 95 % interval, n the number of places measured."
        ),
        (
            "“Even out the speed” keeps the path and its length but passes equal lengths, sums of √LPIPS, in equal "
            "times. The dashed line is the speed before."
        ),
    ),
    "Karras et al. 2019, “A Style-Based Generator Architecture for GANs”, section 4.1",
)
