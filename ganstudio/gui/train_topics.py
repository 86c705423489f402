"""What the question marks of the Train workspace say."""

from ganstudio.gui.topics import Topic

RUNS = Topic(
    "Runs",
    (
        (
            "A run is a folder: its options, a log, pictures, and all that is needed to go on after a crash. It trains "
            "in a process of its own at low priority, so this window may close and come back."
        ),
        (
            "Any run's folder can be opened here, also one that another program or machine is writing. Nothing is "
            "written there unless you press a button."
        ),
    ),
)
BOARD = Topic(
    "Watching a run",
    (
        (
            "Above: always the same 36 latents, drawn by the averaged generator as the run goes on. Move the slider to "
            "go back in time; the wheel looks closer."
        ),
        (
            "Below: the curves. No loss of a GAN goes steadily down: both networks play against each other. Healthy is "
            "a balance, in which real and generated logits overlap and gradients keep their size."
        ),
        (
            "Logits are what the discriminator says. When real pictures rise far above held-out ones, it has learned "
            "its pictures by heart: use augmentation or more pictures."
        ),
    ),
    "Goodfellow et al. 2014, “Generative Adversarial Networks”; Karras et al. 2020, “Training Generative Adversarial "
    "Networks with Limited Data”",
)
RUN = Topic(
    "Steering a run",
    (
        (
            "Pause saves everything and frees the processor; the process waits. Stop saves and ends it. A run that "
            "crashed or was killed goes on from its last checkpoint, bit for bit the same on the same machine."
        ),
        "Duplicate takes all options of this run into a new one, where you can change them.",
    ),
)
SNAPSHOTS = Topic(
    "Time machine",
    (
        (
            "A snapshot is the averaged generator at one moment. Scrub through them and watch the same latent, with "
            "its truncation, noise and mixing, from the first grey to the newest picture, also while the run goes on."
        ),
        (
            "Between A and B, weights can be blended: a little of the past can calm a model, as averaging does. What "
            "lies between is a model of its own that can be explored and saved."
        ),
    ),
    "Wortsman et al. 2022, “Model soups”; Yazıcı et al. 2019, “The Unusual Effectiveness of Averaging in GAN Training”",
)
PICTURES = Topic(
    "Pictures to learn from",
    (
        (
            "A folder or zip archive of pictures of one kind, best some thousands. They are cut to squares. With few "
            "pictures, take a preset with adaptive augmentation."
        ),
        "“Prepare” cuts and resizes pictures or the frames of a video once, finds doubles, and makes training quicker.",
        "A model can be a teacher too: it draws endless fresh pictures.",
    ),
)
RECIPE = Topic(
    "Recipe",
    (
        (
            "A recipe knows an architecture's networks, losses and schedules. Its presets are the settings of the "
            "papers, and small ones for machines without a graphics card."
        ),
        "What you change is shown bold. Pointing at a name explains it.",
    ),
)
FIT = Topic(
    "Will it fit?",
    (
        (
            "A few real steps in a process of their own, at the chosen size and batch, then at half the batch: from "
            "both follow memory, time, and the largest batch that fits. Networks that grow are measured grown up."
        ),
    ),
)
