"""What the question marks of kept latents and latent arithmetic say."""

from ganstudio.gui.topics import Topic

KEPT = Topic(
    "Kept pictures",
    (
        (
            "A kept picture remembers everything that made it: seed, truncation, noise, mixing and edits. "
            "Bring it back, or drag it to where a latent is wanted: a style source, a sheet, the timeline, a sum."
        ),
        (
            "Files of latents come and go in the shapes of the field: z [n, z_dim], w [n, w_dim], "
            "ws [n, n_latent, w_dim]."
        ),
    ),
)
ARITHMETIC = Topic(
    "Latent arithmetic",
    (
        (
            "Latents can be added and subtracted: a smiling woman, minus a woman, plus a man gives a smiling man. "
            "Sums are steadier when every part is the mean of a few pictures."
        ),
        (
            "A direction is the difference of two groups. As a slider it can be dialled on any picture, as far as you "
            "like and the other way round."
        ),
    ),
    "Radford et al. 2016, “Unsupervised Representation Learning with Deep Convolutional Generative Adversarial "
    "Networks”, section 6.3.2",
)
EXPORT = Topic(
    "Export",
    (
        (
            "Files are always drawn in full precision, whatever is set for looking. Films are written frame by frame, "
            "so a long one needs no more memory than a short one; it can be paused and cancelled below."
        ),
        (
            "Every file carries its recipe: drop it on the window and everything that made it is back. "
            "A recipe too large for the file lies beside it."
        ),
        (
            "“Enlarge 4×” makes every picture four times as wide and high with a network that learned what sharp "
            "photographs look like. The details are its own, not the model's: the recipe draws the plain picture."
        ),
    ),
    "Wang et al. 2021, “Real-ESRGAN: Training Real-World Blind Super-Resolution with Pure Synthetic Data”",
)
