"""Classes with shares that sum to one."""

from ganstudio.core.document import ClassBlend, ClassChoice, InputValue

Parts = tuple[tuple[int, float], ...]
MOST = 4
GRID = 4


def parts_of(value: InputValue | None) -> Parts:
    """The classes of an input's value, with their shares."""
    if isinstance(value, ClassBlend):
        return value.parts
    return ((value.index, 1.0),) if isinstance(value, ClassChoice) else ()


def value_of(parts: Parts) -> ClassChoice | ClassBlend:
    """The value that classes with shares stand for."""
    return ClassChoice(parts[0][0]) if len(parts) == 1 else ClassBlend(parts)


def with_share(parts: Parts, place: int, share: float) -> Parts:
    """Give one class a share; the others keep their relations in what is left."""
    others = sum(weight for i, (_, weight) in enumerate(parts) if i != place)
    even = (1.0 - share) / max(len(parts) - 1, 1)
    left = [weight * (1.0 - share) / others if others > 0 else even for _, weight in parts]
    return tuple((index, round(share if i == place else left[i], GRID)) for i, (index, _) in enumerate(parts))


def with_class(parts: Parts, place: int, index: int) -> Parts:
    """Put another class in a place."""
    return (*parts[:place], (index, parts[place][1]), *parts[place + 1 :])


def with_another(parts: Parts, count: int) -> Parts:
    """Add the first class that is not there yet, with an even share."""
    index = next((i for i in range(count) if i not in {index for index, _ in parts}), 0)
    return with_share((*parts, (index, 0.0)), len(parts), 1.0 / (len(parts) + 1))


def without(parts: Parts, place: int) -> Parts:
    """Take a class out; the others share what it had."""
    kept = (*parts[:place], *parts[place + 1 :])
    whole = sum(weight for _, weight in kept)
    return tuple((i, round(w / whole if whole > 0 else 1.0 / len(kept), GRID)) for i, w in kept)
