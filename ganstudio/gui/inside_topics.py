"""What the question marks of the parts that look inside a model, or at two of its pictures, say."""

from ganstudio.gui.topics import Topic

LAYERS = Topic(
    "Layers",
    (
        (
            "A generator draws in stages, from 4 pixels up. Every stage holds hundreds of channels: grey pictures "
            "that later stages read. The sheet shows them all; click one to see it large, Shift-click three to see "
            "them as red, green and blue."
        ),
        (
            "“Components” boils all channels down to the three mixtures in which they differ most, as colours. The "
            "spectrum says how much detail of which fineness there is: white noise with a spread of one lies at 0 dB "
            "everywhere, blocks and grids stand out as peaks."
        ),
    ),
    "Bau et al. 2019, “GAN Dissection”; spectra as in Karras et al. 2021, “Alias-Free Generative Adversarial Networks”",
)
BENDING = Topic(
    "Bending",
    (
        (
            "A bend changes chosen units of one stage, by ablating, scaling, turning or moving what they show, before "
            "anything after them sees it. What later stages make of it is often strange, and sometimes beautiful."
        ),
        (
            "Bends act from top to bottom. The eye leaves one out for a moment. Everything before the bent stage is "
            "kept as it is, so late bends answer at once."
        ),
    ),
    "Broad et al. 2021, “Network Bending: Expressive Manipulation of Deep Generative Models”",
)
STYLE_CHANNELS = Topic(
    "Style channels",
    (
        (
            "Each layer turns w into a row of numbers, its style, that weigh its channels. Single numbers often stand "
            "for one thing, such as hair, a smile or the light. A slider moves one of them and leaves the others."
        ),
        (
            "The unit is how much the channel varies from picture to picture: its standard deviation over 1,024 "
            "random w. The suggestions are the channels furthest from their mean in this picture."
        ),
    ),
    "Wu et al. 2021, “StyleSpace Analysis: Disentangled Controls for StyleGAN Image Generation”",
)
COMPARE = Topic(
    "Compare",
    (
        (
            "Two sides, A and B: the present state, a pinned one, a kept one, another model with the same inputs, or "
            "this state in another precision. Pin a state, go on working, and see what has changed."
        ),
        (
            "LPIPS says how different two pictures look, from the features of a network: 0 is the same picture, 0.1 "
            "a slight, 0.5 a large difference. The mean absolute error counts levels of 255. Pins are a way to look: "
            "undo walks through the present state and leaves them."
        ),
    ),
    "Zhang et al. 2018, “The Unreasonable Effectiveness of Deep Features as a Perceptual Metric”",
)
