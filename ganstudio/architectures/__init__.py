"""One folder per paper; a folder with a `card` is found by itself."""

import importlib
import pkgutil
from collections.abc import Mapping
from functools import cache
from types import MappingProxyType
from typing import Any

from ganstudio.core.architecture import Architecture


@cache
def cards() -> Mapping[str, Architecture[Any]]:
    """Return every architecture's card by its id."""
    found = {}
    for module in pkgutil.iter_modules(__path__):
        card: Architecture[Any] = importlib.import_module(f"{__name__}.{module.name}").card
        found[card.id] = card
    return MappingProxyType(found)
