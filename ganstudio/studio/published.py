"""Published path lengths, to be shown beside what the user measures. Lower is better throughout."""

from dataclasses import dataclass

Cell = str | float | None
REMARK = (
    "These figures are of 1024 px pictures (LSUN: 256 and 512 px), some of them of cropped faces; they do not compare "
    "with those of a model at another size, such as 64 px. Compare models of the same size and data, and rows of the "
    "same table."
)


@dataclass(frozen=True)
class PublishedTable:
    """A table with its source."""

    title: str
    source: str
    columns: tuple[str, ...]
    rows: tuple[tuple[Cell, ...], ...]
    note: str = ""


PATH_LENGTHS = (
    PublishedTable(
        "Path length and separability, FFHQ",
        "Karras et al. 2019, Table 3",
        ("method", "space", "full", "end", "separability"),
        (
            ("B traditional generator", "Z", 412.0, 415.3, 10.78),
            ("D style-based generator", "W", 446.2, 376.6, 3.61),
            ("E + noise inputs", "W", 200.5, 160.6, 3.54),
            ("+ mixing 50 %", "W", 231.5, 182.1, 3.51),
            ("F + mixing 90 %", "W", 234.0, 195.9, 3.79),
        ),
        "Face crop; the StyleGAN2 tables measure without it (195.9 here, 212.1 there, for the same network).",
    ),
    PublishedTable(
        "Depth of the mapping network, FFHQ",
        "Karras et al. 2019, Table 4",
        ("method", "space", "full", "end", "FID"),
        (
            ("B traditional 0", "Z", 412.0, 415.3, 5.25),
            ("traditional 8", "Z", 896.2, 902.0, 4.87),
            ("traditional 8", "W", 324.5, 212.2, 4.87),
            ("style-based 0", "Z", 283.5, 285.5, 5.06),
            ("style-based 1", "W", 219.9, 209.4, 4.6),
            ("style-based 2", "W", 217.8, 199.9, 4.43),
            ("F style-based 8", "W", 234.0, 195.9, 4.4),
        ),
        "Face crop.",
    ),
    PublishedTable(
        "Configurations of StyleGAN2 (W end)",
        "Karras et al. 2020, Table 1",
        ("config", "FFHQ", "FID", "LSUN Car", "FID"),
        (
            ("A baseline StyleGAN", 212.1, 4.4, 1484.5, 3.27),
            ("B + weight demodulation", 175.4, 4.39, 862.4, 3.04),
            ("C + lazy regularization", 158.0, 4.38, 981.6, 2.83),
            ("D + path length regularization", 122.5, 4.34, 651.2, 3.43),
            ("E + no growing, new G & D", 124.5, 3.31, 471.2, 3.19),
            ("F + large networks", 145.0, 2.84, 415.5, 2.32),
            ("A with large networks", 199.2, 3.98, None, None),
        ),
    ),
    PublishedTable(
        "Generator × discriminator, FFHQ (W end)",
        "Karras et al. 2020, Table 2",
        ("generator", "D original", "D input skips", "D residual"),
        (
            ("G original", 265.0, 235.0, 269.0),
            ("G output skips", 169.0, 127.0, 125.0),
            ("G residual", 203.0, 229.0, 243.0),
        ),
    ),
    PublishedTable(
        "Generator × discriminator, LSUN Car (W end)",
        "Karras et al. 2020, Table 2",
        ("generator", "D original", "D input skips", "D residual"),
        (
            ("G original", 905.0, 758.0, 802.0),
            ("G output skips", 544.0, 316.0, 471.0),
            ("G residual", 981.0, 667.0, 645.0),
        ),
    ),
    PublishedTable(
        "LSUN (W end)",
        "Karras et al. 2020, Table 3",
        ("data set", "resolution", "StyleGAN", "StyleGAN2"),
        (
            ("LSUN Car", "512×384", 1485.0, 416.0),
            ("LSUN Cat", "256×256", 924.0, 439.0),
            ("LSUN Church", "256×256", 742.0, 342.0),
            ("LSUN Horse", "256×256", 1405.0, 338.0),
        ),
    ),
)
