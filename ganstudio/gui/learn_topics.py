"""What the question marks of the learning examples and of the doctor say."""

from ganstudio.gui.topics import Topic

GOODFELLOW = "Goodfellow et al. 2014, “Generative Adversarial Networks”"

LEARN = Topic(
    "Watch it learn",
    (
        (
            "Two networks play against each other. G turns random numbers into points, or pictures. D looks at real "
            "and generated ones and says which is which. Each learns from the other's mistakes, turn by turn."
        ),
        (
            "The colours are D's opinion of every place. The arrows show where G's loss pulls its points: up the slope "
            "of D's opinion. Take single turns to see one after the other."
        ),
    ),
    f"{GOODFELLOW}, algorithm 1; rings of heaps as in Metz et al. 2017, “Unrolled GANs”",
)
STORIES = Topic(
    "Stories",
    (
        "Each story is a set of settings that shows one thing. Start it, watch, then change a setting on the way.",
        "From the same seed a story goes the same way every time; the die takes another seed.",
    ),
    GOODFELLOW,
)
SETTINGS = Topic(
    "Settings of a lesson",
    (
        (
            "A learning rate says how large a network's steps are. Where one of the two learns much faster, the other "
            "has nothing to learn from."
        ),
        (
            "In the minimax game G lowers D's certainty that pictures are generated; where D is certain, that slope is "
            "flat. The other form raises D's belief that they are real, and stays steep just then."
        ),
    ),
    f"{GOODFELLOW}, section 3",
)
DOCTOR = Topic(
    "Doctor",
    (
        (
            "The doctor reads a run's curves and says what looks wrong, how sure that is (the values and their "
            "bounds), and what to change. A run without findings may still be improved; a finding is a suspicion."
        ),
        (
            "“Look at the pictures” measures how different samples are from one another, against the training "
            "pictures' own differences, and finds the training picture nearest to each sample."
        ),
    ),
    "Karras et al. 2020, “Training GANs with Limited Data”; Zhang et al. 2018 (LPIPS); Goodfellow et al. 2014",
)
