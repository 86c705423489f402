"""Presets: kept, applied as one step, and refused in a sentence where they do not fit."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from ganstudio.core.document import (
    Bend,
    BendUnits,
    ClassChoice,
    LatentArray,
    LatentPoint,
    MoveAlong,
    ShiftStyle,
    Space,
    StyleSource,
)
from ganstudio.core.errors import WrongInputError
from ganstudio.core.frame import Problem
from ganstudio.studio.presets import FILE, Presets, type_at
from tests.studio.conftest import Running


def heard(running: Running) -> list[Problem]:
    problems: list[Problem] = []
    running.session.failed.connect(problems.append)
    return problems


def test_a_preset_is_one_step_and_survives_a_restart(running: Running) -> None:
    session = running.session
    session.change_many("Set", {"psi": 0.5, "cutoff": 3})
    session.presets.keep("Truncation", " soft ", ("psi", "cutoff"))
    session.presets.keeping.finish()
    session.change_many("Set", {"psi": 0.9, "cutoff": None})
    steps = len(session.history)
    again = Presets(session)
    assert again.names("Truncation") == ("soft",)
    assert again.names("Noise") == ()
    again.apply("Truncation", "soft")
    assert (session.document.psi, session.document.cutoff) == (0.5, 3)
    assert (len(session.history), session.undo_label) == (steps + 1, "Preset “soft”")
    again.remove("Truncation", "soft")
    again.keeping.finish()
    assert Presets(session).names("Truncation") == ()


def test_two_windows_keep_each_others_presets(running: Running) -> None:
    session = running.session
    here, there = Presets(session), Presets(session)
    assert (here.names("Truncation"), there.names("Truncation")) == ((), ())
    for number, presets in enumerate((here, there, here)):
        presets.keep("Truncation", f"{number}", ("psi",))
        presets.keeping.finish()
    assert Presets(session).names("Truncation") == ("0", "1", "2")
    there.remove("Truncation", "0")
    there.keeping.finish()
    assert Presets(session).names("Truncation") == ("1", "2")


def test_the_way_back_to_the_defaults(running: Running) -> None:
    session = running.session
    session.change_many("Set", {"psi": 0.5, "inputs.z": LatentPoint(9.0)})
    session.presets.reset("Truncation", ("psi", "cutoff"))
    assert session.document.psi == 1.0
    assert session.document.inputs["z"] == LatentPoint(9.0)


def test_a_preset_of_one_kind_of_edit_leaves_the_others(
    run: Callable[[str | Path], Running], styled_model: Path
) -> None:
    session = run(styled_model).session
    bend, other = BendUnits("b8", (1,), Bend.SCALE, 2.0), BendUnits("b4", (0,), Bend.INVERT)
    way = MoveAlong(session.store.put(np.ones(16, np.float32)), 1.0)
    shift = ShiftStyle("b8.conv0", 3, 2.0)
    session.change("Edit", "edits", (bend, way, shift))
    session.presets.keep("Bending", "loud", ("edits.BendUnits",))
    session.change("Edit", "edits", (way, other))
    session.presets.apply("Bending", "loud")
    assert session.document.edits == (way, bend)
    session.presets.reset("Bending", ("edits.BendUnits",))
    assert session.document.edits == (way,)
    session.change("Class", "inputs.class", ClassChoice(7))
    session.presets.keep("Class", "seven", ("inputs.class",))
    session.change("Class", "inputs.class", ClassChoice(2))
    session.presets.apply("Class", "seven")
    assert session.document.inputs["class"] == ClassChoice(7)


def test_arrays_travel_with_a_preset_and_fit_their_model_only(
    run: Callable[[str | Path], Running], styled_model: Path
) -> None:
    running = run(styled_model)
    session, w = running.session, np.ones(16, np.float32)
    sources = (StyleSource(LatentArray(Space.W, session.store.put(w)), (1.0, 0.5), "one"),)
    session.change("Mix", "mixing", sources)
    session.presets.keep("Style mixing", "one", ("mixing",))
    session.presets.keeping.finish()
    later = run(styled_model)
    problems = heard(later)
    later.session.presets.apply("Style mixing", "one")
    assert later.session.document.mixing == sources
    assert later.settle().document.mixing == sources
    other = run("faces-dcgan")
    problems = heard(other)
    other.session.presets.apply("Style mixing", "one")
    assert "latents of another model" in problems[0].sentence
    assert other.session.document.mixing == ()


@pytest.mark.parametrize(
    "text",
    [
        "{",
        '{"ganstudio":"presets","format":1,"panels":{"Truncation":{"soft":{"values":{"psi":"much"},"arrays":{}}}}}',
        '{"ganstudio":"presets","format":1,"panels":{"Truncation":{"soft":{"values":{"depth":1},"arrays":{}}}}}',
        '{"ganstudio":"presets","format":1,"panels":{"Truncation":{"soft":7}}}',
        '{"ganstudio":"presets","format":1,"panels":{"Truncation":7}}',
        '{"ganstudio":"presets","format":9}',
    ],
)
def test_broken_presets_change_nothing_and_are_told(running: Running, text: str) -> None:
    session = running.session
    session.settings.folder.mkdir(exist_ok=True)
    (session.settings.folder / FILE).write_text(text)
    problems, before = heard(running), session.project
    session.presets.apply("Truncation", "soft")
    assert session.project == before
    assert "cannot be read" in problems[0].sentence or "newer" in problems[0].sentence
    session.presets.keep("Truncation", "soft", ("psi",))
    session.presets.keeping.finish()
    session.presets.apply("Truncation", "soft")
    assert Presets(session).names("Truncation") == ("soft",)


@pytest.mark.parametrize(("path", "kind"), [("psi", float), ("noise.strength", float), ("noise.seed", int)])
def test_paths_have_types(path: str, kind: type) -> None:
    assert type_at(path) is kind


def test_types_of_inputs_and_edits() -> None:
    assert LatentPoint in type_at("inputs.z").__args__
    assert MoveAlong in type_at("edits").__args__[0].__args__
    with pytest.raises(WrongInputError):
        type_at("psi.depth")
