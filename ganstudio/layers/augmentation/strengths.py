"""How often and how strongly each transformation is applied."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType


@dataclass(frozen=True)
class Strengths:
    """Multipliers of the probability p for each transformation (0: never), and the ranges of their parameters.

    The defaults of the ranges are the paper's (Karras et al. 2020, ADA, appendix B).
    """

    xflip: float = 0.0
    rotate90: float = 0.0
    xint: float = 0.0
    scale: float = 0.0
    rotate: float = 0.0
    aniso: float = 0.0
    xfrac: float = 0.0
    brightness: float = 0.0
    contrast: float = 0.0
    lumaflip: float = 0.0
    hue: float = 0.0
    saturation: float = 0.0
    imgfilter: float = 0.0
    noise: float = 0.0
    cutout: float = 0.0
    xint_max: float = 0.125  # share of the side
    scale_std: float = 0.2  # of the binary logarithm, here and below where a factor is drawn
    rotate_max: float = 1.0  # share of half a turn
    aniso_std: float = 0.2
    xfrac_std: float = 0.125
    brightness_std: float = 0.2
    contrast_std: float = 0.5
    hue_max: float = 1.0
    saturation_std: float = 1.0
    imgfilter_bands: tuple[float, float, float, float] = (1.0, 1.0, 1.0, 1.0)
    imgfilter_std: float = 1.0
    noise_std: float = 0.1
    cutout_size: float = 0.5  # share of the side


class Transformations(StrEnum):
    """Groups of transformations under their published names."""

    BLIT = "blit"
    GEOM = "geom"
    COLOR = "color"
    FILTER = "filter"
    NOISE = "noise"
    CUTOUT = "cutout"
    BG = "bg"
    BGC = "bgc"
    BGCF = "bgcf"
    BGCFN = "bgcfn"
    BGCFNC = "bgcfnc"


_BLIT = ("xflip", "rotate90", "xint")
_GEOM = ("scale", "rotate", "aniso", "xfrac")
_COLOR = ("brightness", "contrast", "lumaflip", "hue", "saturation")
_BGC = _BLIT + _GEOM + _COLOR

MEMBERS: Mapping[Transformations, tuple[str, ...]] = MappingProxyType(
    {
        Transformations.BLIT: _BLIT,
        Transformations.GEOM: _GEOM,
        Transformations.COLOR: _COLOR,
        Transformations.FILTER: ("imgfilter",),
        Transformations.NOISE: ("noise",),
        Transformations.CUTOUT: ("cutout",),
        Transformations.BG: _BLIT + _GEOM,
        Transformations.BGC: _BGC,
        Transformations.BGCF: (*_BGC, "imgfilter"),
        Transformations.BGCFN: (*_BGC, "imgfilter", "noise"),
        Transformations.BGCFNC: (*_BGC, "imgfilter", "noise", "cutout"),
    }
)

PRESETS: Mapping[Transformations, Strengths] = MappingProxyType(
    {group: Strengths(**dict.fromkeys(names, 1.0)) for group, names in MEMBERS.items()}  # type: ignore[arg-type]
)
