"""Fields of option dataclasses as forms have them."""

from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from typing import get_type_hints

import pytest

from ganstudio.architectures import cards
from ganstudio.studio.field_notes import FieldShape, field_notes, in_words, shapes, text_of, value_of, words_for_zero
from ganstudio.training.options import TrainingOptions


class Kind(StrEnum):
    A = "a"
    B = "b"


@dataclass(frozen=True)
class Some:
    """A bit of everything."""

    batch: int = 4
    other_lr: float | None = None
    """How fast
    it learns."""
    on: bool = True
    kind: Kind = Kind.A
    sizes: tuple[int, ...] | None = None
    steps: tuple[tuple[int, float], ...] = ()
    names: tuple[str, ...] = ()
    where: Path | None = None


def test_what_follows_a_field_explains_it() -> None:
    notes = field_notes(Some)
    assert notes["other_lr"] == "How fast it learns."
    assert notes["batch"].startswith("Pictures in one step")
    assert "kind" not in notes


def test_shapes_say_which_control_a_field_gets() -> None:
    found = shapes(Some)
    assert found["batch"] == FieldShape("int")
    assert found["other_lr"] == FieldShape("float", optional=True)
    assert found["on"] == FieldShape("bool")
    assert found["kind"] == FieldShape("choice", choices=(Kind.A, Kind.B))
    assert found["sizes"] == FieldShape("text", optional=True)


@pytest.mark.parametrize(
    ("value", "hint"),
    [
        (0.0025, float), (64, int), (None, float | None), ((192, 64), tuple[int, ...] | None), ((), tuple[str, ...]),
        (((16, 128), (32, 64)), tuple[tuple[int, int], ...]), (("frechet-vgg16", "ppl-w-end"), tuple[str, ...]),
        (Path("labels.json"), Path | None), ("auto", str), (None, int | None),
    ],
)  # fmt: skip
def test_what_is_shown_is_read_as_it_was(value: object, hint: object) -> None:
    assert value_of(text_of(value), hint) == value


def test_explanations_say_what_zero_means() -> None:
    notes = field_notes(TrainingOptions)
    assert words_for_zero(notes["resolution"]) == "the data's own"
    assert words_for_zero(notes["evaluate_every"]) == "never"
    assert words_for_zero(notes["checkpoint_every"]) == ""
    assert words_for_zero("Weight; r / batch where not given, none where 0.") == "none"


@pytest.mark.parametrize(("text", "hint"), [("quick", float), ("1.5", int), ("", int), ("1, x", tuple[int, ...])])
def test_what_is_no_value_is_refused(text: str, hint: object) -> None:
    with pytest.raises(ValueError) as refused:
        value_of(text, hint)
    assert str(refused.value) == text


def test_every_option_of_every_recipe_has_a_control_and_keeps_its_value() -> None:
    for card in cards().values():
        if card.recipe is None:
            continue
        found = shapes(card.recipe.options)
        hints = get_type_hints(card.recipe.options)
        for preset in card.recipe.presets.values():
            for name, shape in found.items():
                value = getattr(preset, name)
                if shape.kind in ("int", "float", "text"):
                    assert text_of(value_of(text_of(value), hints[name])) == text_of(value)
    assert shapes(TrainingOptions)["mirror"] == FieldShape("bool")
    assert in_words("discriminator_lr") == "D learning rate"
