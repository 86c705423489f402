"""Networks that learn while one watches: they find the ring, and fall ill when they are made to."""

from dataclasses import replace
from itertools import pairwise

import numpy as np
import pytest

from ganstudio.losses.adversarial import Game
from ganstudio.studio.teaching import Course, exercises, options_of
from ganstudio.studio.teaching_data import Digits, Ring, centres, heaps_found, mean_distance, read_digits, variety
from ganstudio.studio.teaching_lesson import RING, STORIES, D, Example, G, Lesson, Look, narrated, next_in_words

STORY = {story.key: story.lesson for story in STORIES}


@pytest.fixture(scope="module")
def digits() -> Digits:
    reading = read_digits()
    while True:
        try:
            next(reading)
        except StopIteration as end:
            found: Digits = end.value
            return found


def learned(lesson: Lesson, steps: int, digits: Digits | None = None) -> tuple[Course, Look]:
    course = Course(lesson, digits or Ring())
    for _ in range(steps):
        course.step()
    return course, course.look()


def test_the_ring_is_found() -> None:
    course, look = learned(STORY["ring"], 500)
    assert look.heaps >= 7
    assert look.near > 0.35
    assert look.variety == pytest.approx(1.0, abs=0.1)
    assert look.steps == 500
    assert look.surface.shape == (48, 48)
    assert 0.0 < look.surface.min() < 0.35 < 0.5 < look.surface.max() < 1.0
    assert "heaps;" in narrated(look)
    assert len(look.curves) == 4
    assert all(len(x) == len(y) == 300 for x, y in look.curves.values())
    assert look.curves[f"{G} loss"][0][-1] == pytest.approx(499, abs=2)
    _arrows_lead_to_where_d_takes_points_for_real(course, look)


def _arrows_lead_to_where_d_takes_points_for_real(course: Course, look: Look) -> None:
    """A small step along the arrows makes D more certain, for nearly every point."""
    import torch

    places, ways = look.arrows[:, :2], look.arrows[:, 2:]
    steps = 1e-3 * ways / np.linalg.norm(ways, axis=1, keepdims=True)
    judge = course.recipe.networks()[D]
    with torch.no_grad():
        before, after = (judge(torch.tensor(p)[:, :, None, None])[:, 0].numpy() for p in (places, places + steps))
    assert (after > before).mean() > 0.95


@pytest.mark.parametrize("seed", range(3))
def test_the_collapse_collapses(seed: int) -> None:
    looks = []
    course = Course(replace(STORY["collapse"], seed=seed), Ring())
    for _ in range(5):
        for _ in range(100):
            course.step()
        looks.append(course.look())
    assert all(look.heaps <= 2 for look in looks)
    assert min(look.variety for look in looks) < 0.2
    assert sum("mode collapse" in narrated(look) for look in looks) >= 3  # chaotic, and so its moments are not fixed
    places = [look.fake.mean(axis=0) for look in looks]
    assert max(np.linalg.norm(after - before) for before, after in pairwise(places)) > 0.3  # they jump


def test_the_gradient_vanishes_and_the_other_game_brings_it_back(digits: Digits) -> None:
    course, look = learned(STORY["vanishing"], 250, digits)
    norms = look.curves[f"{G} gradient"][1]
    assert norms[-20:].mean() < norms.max() / 100
    assert look.latest(f"{D} loss") < 0.1
    assert "so G learns nothing" in narrated(look)
    course.change(replace(course.lesson, minimax=False))
    for _ in range(3):
        course.step()
    assert course.look().curves[f"{G} gradient"][1][-1] > 20 * norms[-20:].mean()


@pytest.mark.parametrize("key", ["digits", "convolutions"])
def test_digits_come_to_look_like_digits(key: str, digits: Digits) -> None:
    course, before = learned(STORY[key], 0, digits)
    for _ in range(300):
        course.step()
    look = course.look()
    assert look.fake.shape == look.real.shape == (54, 54, 3)
    assert look.fake.dtype == np.uint8
    assert look.arrows.shape == (0, 4)
    real = look.real.mean()
    assert abs(look.fake.mean() - real) < 0.5 * abs(before.fake.mean() - real)
    assert 0.5 < look.variety < 1.2


def test_everything_is_the_same_from_a_seed() -> None:
    first, second = (learned(RING, 20)[1] for _ in range(2))
    assert np.array_equal(first.fake, second.fake)
    assert np.array_equal(first.surface, second.surface)
    other = learned(replace(RING, seed=1), 20)[1]
    assert not np.array_equal(first.fake, other.fake)


def test_looking_changes_nothing(digits: Digits) -> None:
    for lesson, material in ((RING, Ring()), (STORY["convolutions"], digits)):
        courses = [Course(lesson, material) for _ in range(2)]
        for _ in range(3):
            for course in courses:
                course.step()
            courses[0].look()
        states = [course.recipe.networks()[G].state_dict() for course in courses]
        assert all(bool((states[0][name] == states[1][name]).all()) for name in states[0])


def test_turns_follow_one_another() -> None:
    course = Course(replace(RING, discriminator_steps=3), Ring())
    assert [course.turn().who for _ in range(8)] == [D, D, D, G, D, D, D, G]
    assert course.steps == 6
    assert course.look().next_turn == D
    assert "Next, D looks" in next_in_words(course.look())


def test_settings_change_on_the_way_and_nothing_is_lost() -> None:
    course, look = learned(RING, 5)
    weights = course.recipe.networks()[G].state_dict()["layers.0.weight"].clone()
    course.change(replace(RING, generator_lr=0.0, discriminator_lr=0.001, discriminator_steps=2))
    assert np.array_equal(course.look().fake, look.fake)
    course.step()
    course.step()
    after = course.recipe.networks()
    assert np.array_equal(after[G].state_dict()["layers.0.weight"].numpy(), weights.numpy())
    assert course.recipe.optimizers()[D].param_groups[0]["lr"] == 0.001
    assert course.recipe.optimizers()[D].state_dict()["state"][0]["step"] == 7
    assert RING.continues(course.lesson)
    assert not RING.continues(replace(RING, z_dim=2))


def test_every_story_is_an_exercise_of_some_recipe() -> None:
    for lesson in STORY.values():
        options = options_of(lesson)
        assert (options.z_dim, options.generator_lr) == (lesson.z_dim, lesson.generator_lr)
        assert options.discriminator_lr == lesson.discriminator_lr
        assert (options.game == Game.MINIMAX) == lesson.minimax
    assert {lesson.example for lesson in STORY.values()} == set(Example) == set(exercises())
    for recipe, exercise in exercises().values():
        assert isinstance(exercise.options, recipe.options)


def test_heaps_are_counted() -> None:
    assert heaps_found(np.repeat(centres(), 10, axis=0)) == (8, 1.0)
    assert heaps_found(np.zeros((10, 2))) == (0, 0.0)
    points = np.concatenate([np.repeat(centres()[:3], 30, axis=0), np.zeros((90, 2))])
    assert heaps_found(points) == (3, 0.5)


def test_variety_is_a_ratio_of_distances() -> None:
    points = np.array([[0.0, 0.0], [3.0, 4.0]])
    assert mean_distance(points) == pytest.approx(5.0)
    assert variety(points / 10, points) == pytest.approx(0.1)
    assert variety(np.zeros((4, 2)), points) == 0.0
