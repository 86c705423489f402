"""What the question marks of directions say."""

from ganstudio.gui.topics import Topic

DIRECTIONS = Topic(
    "Directions",
    (
        (
            "Some ways through the latent space change one thing: the age, the pose, the light. Each slider goes along "
            "one of them, counted in σ, the standard deviation of the model's own pictures along it: beyond ±3 it "
            "leaves what the model has learned."
        ),
        (
            "Components are the ways along which the model's latents vary the most. The closed form asks the weights "
            "instead: which ways change most what the layers take up. Neither knows what its ways mean; point at one "
            "to see it, and name what you find."
        ),
        (
            "Parts are told by a segmenter of faces: how pixels answer to small steps is measured, and the way is "
            "taken that changes most inside of the part and least outside of it."
        ),
        "Limiting a slider to coarse layers keeps colours; limiting it to fine ones keeps shapes.",
    ),
    "Härkönen et al. 2020, “GANSpace: Discovering Interpretable GAN Controls”; Shen and Zhou 2021, “Closed-Form "
    "Factorization of Latent Semantics in GANs”; Zhu et al. 2022, “Region-Based Semantic Factorization in GANs”",
)
TEACH = Topic(
    "Teach a slider",
    (
        (
            "Give a thumb up to pictures that have what you are after, and a thumb down to some that lack it. A line "
            "that separates both kinds becomes a direction, and is found anew with every thumb."
        ),
        "Two of each already point somewhere; ten of each are better. More pictures can be had as often as you like.",
    ),
    "a linear support vector machine on latents, as in Karras et al. 2019 (section 4.2) and Shen et al. 2020, "
    "“Interpreting the Latent Space of GANs for Semantic Face Editing”",
)
