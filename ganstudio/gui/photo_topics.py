"""What the question marks of “Edit photo” say, in plain words, and where it was published."""

from ganstudio.gui.topics import Topic

PHOTO = Topic(
    "Your photo",
    (
        (
            "Drop a photo anywhere on the window. The face is found and framed as in the pictures that the model "
            "learned from: a model draws only what lies as it is used to, so the frame decides about how well it can."
        ),
        (
            "Drag the frame to move it, its corners to scale it, the handle above it to turn it. Where there are "
            "several faces, click the number of the one you want. The photo stays on this machine."
        ),
    ),
    "Framed as in Karras et al. 2018, “Progressive Growing of GANs”, appendix C; faces found as in Zhang et al. 2016, "
    "“Joint Face Detection and Alignment Using Multi-task Cascaded Convolutional Networks”",
)
SEARCH = Topic(
    "The photo's latent",
    (
        (
            "To edit a photo like any other picture, the numbers are searched for from which the model draws it. "
            "“Optimise” begins at the average picture and improves it step by step; an encoder answers at once; "
            "“Both”, the hybrid, begins with its answer and goes on from there, where “Stay in the domain” lets the "
            "encoder hold it near what it knows."
        ),
        (
            "W+ has a style for every layer and comes nearest to the photo. W is nearer to what the model draws by "
            "itself and edits more gracefully. Style channels are the most exact. Z is all that models without styles "
            "have."
        ),
        (
            "“Tune” then changes the model itself a little, until it draws this photo. What it changed is kept in a "
            "small file of its own; the model stays as it is, and undo goes back to it."
        ),
        (
            "“Several” lets a handful of codes draw the picture together. Each is drawn up to a layer, where they "
            "meet: every channel takes its own share of each, and one picture goes on from there. Edits move "
            "all of them; but it is no longer a single latent."
        ),
        (
            "LPIPS says how different two pictures are to the eye: 0 is the same, and the closer the better. You may "
            "hold the search, stop it and keep the best so far, or go on later."
        ),
    ),
    "Karras et al. 2020, “Analyzing and Improving the Image Quality of StyleGAN”, appendix D; Zhu et al. 2016, "
    "“Generative Visual Manipulation on the Natural Image Manifold”; Roich et al. 2021, “Pivotal Tuning”; Gu et al. "
    "2020, “Image Processing Using Multi-Code GAN Prior”; Zhu et al. 2020, “In-Domain GAN Inversion”; Zhang et al. "
    "2018 (LPIPS)",
)
PASTE = Topic(
    "Paste back",
    (
        (
            "The picture in sight goes back to its place in the photo. Feathered edges fade over a part of the frame; "
            "seamless ones also shift its colours until they meet the photo's."
        ),
        (
            "“Only what I changed” compares with the reconstruction, and puts the difference on the photo: everything "
            "that you left alone keeps the photo's own detail, however small the model's pictures are."
        ),
        "What is saved has the full size of the photo, its colours and its camera's notes. The original stays.",
    ),
    "Pérez et al. 2003, “Poisson Image Editing”",
)
MASK = Topic(
    "Mask",
    (
        (
            "Paint what the search is to match. What is left unpainted does not count, and the model is free to draw "
            "there what it thinks right: paint around a hand or a pair of glasses, and they go."
        ),
        "Without any paint, everything counts.",
    ),
    "Abdal et al. 2020, “Image2StyleGAN++: How to Edit the Embedded Images?”",
)
BEFORE_AFTER = Topic(
    "Before and after",
    (
        (
            "The framed part of the photo on one side, the picture in sight on the other. While a search runs, its "
            "best picture so far is shown. Drag the divider, or move it with the arrow keys."
        ),
    ),
)
RETOUCH = Topic(
    "Retouch",
    (
        (
            "“Colour strokes” say which colours a place shall have, and the model finds a picture of its own that has "
            "them. “Join pictures” takes what you paint from another kept picture, such as another photo's; “Textures” "
            "takes only its look. What is not painted stays as it is."
        ),
        (
            "“Fill a hole”, “Colourise” and “Sharpen” restore the photo: the model looks for the picture that agrees "
            "with what is left of it. What was lost is not found again, but made up in the model's way."
        ),
        (
            "“Set a face in” takes what you paint of the photo, puts it into another picture, and begins at what the "
            "encoder says of the two together. Only the face's place counts in the search, and the encoder keeps it "
            "among what the model draws by itself: so the rest adapts, and one face comes of both."
        ),
        "Stop keeps the best so far. What comes out is the picture in sight; undo takes it back in one step.",
    ),
    "Abdal et al. 2020, “Image2StyleGAN++”; Zhu et al. 2016, “Generative Visual Manipulation on the Natural Image "
    "Manifold”; Menon et al. 2020, “PULSE”; Zhu et al. 2020, “In-Domain GAN Inversion”",
)
