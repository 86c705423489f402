"""What the question marks of “Paint” say, in plain words, and where it was published."""

from ganstudio.gui.topics import Topic

SPADE = "Park et al. 2019, “Semantic Image Synthesis with Spatially-Adaptive Normalization”"
PAINTING = Topic(
    "Painting",
    (
        (
            "On the left is a map: every pixel is of one class, hair, skin, sky or whatever the model learned. On the "
            "right is the picture that the model draws from it. Paint on either of them; the picture follows the brush."
        ),
        (
            "The wheel zooms, Space held down pans. The right button paints the other class, Shift keeps lines "
            "straight and shapes square, Alt takes up the class under the pointer, Escape takes a stroke back that is "
            "under way. A pen paints wider the harder it is pressed."
        ),
    ),
    SPADE,
)
PALETTE = Topic(
    "Palette",
    (
        (
            "The classes that the model knows, in the order of its own list. Choose one and paint. The keys 1 to 9 and "
            "0 choose the first ten while the map has the keyboard."
        ),
        "A class that covers nothing yet is free to use: the model has seen it in the pictures it learned from.",
    ),
    SPADE,
)
TOOLS = Topic(
    "Tools",
    (
        (
            "The brush has a hard edge, since a pixel is of one class or another. The bucket fills what belongs "
            "together; with a gap set, openings in a contour up to so many pixels count as closed."
        ),
        (
            "“Select” surrounds a region, “Move” takes it along, or the part of one class under the pointer where "
            "nothing is selected; with Shift it is made larger or smaller. What it leaves takes what lies around it."
        ),
        "With the mirror on, everything is painted on both sides of the upright middle.",
    ),
)
MAPS = Topic(
    "Map files",
    (
        (
            "A map can come from a file: a picture of class numbers, one with a palette, or one in colours. Where "
            "colours are not the model's own, the likely classes are proposed and you decide; what you chose is "
            "remembered. Any size will do."
        ),
        (
            "“Save the map” writes a PNG with the classes' colours as its palette and their names inside. It comes "
            "back exactly, also into another model that knows these classes."
        ),
        "A guide is a picture that shines through the map, to paint after.",
    ),
)
STYLE = Topic(
    "Style",
    (
        (
            "The map says what is where; the style says how all of it looks: light, colours, material. It is a latent, "
            "so the pad of seeds chooses one by chance."
        ),
        (
            "A picture can lend its style: the model's own encoder reads it. Take up two styles, A and B, and move "
            "between them."
        ),
    ),
    SPADE,
)
CONCEPTS = Topic(
    "Parts",
    (
        (
            "This model draws from no map. But some of the units inside it light up where hair is, others where eyes "
            "are. They are found by comparing many of its pictures with what a segmenter sees in them, then by trying "
            "which of them let a class come or go. That takes a while the first time and is kept."
        ),
        (
            "Choose a class and paint on the picture: in the painted region its units are set to what they are where "
            "the class is, or, to remove it, next to it. The model then draws what goes with that. Small parts such as "
            "eyes go more readily than they grow."
        ),
        "The effect is measured: how much of the region the class covers, and how much changed elsewhere (LPIPS).",
    ),
    "Bau et al. 2019, “GAN Dissection: Visualizing and Understanding Generative Adversarial Networks”",
)
