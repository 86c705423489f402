"""Idle work beside pictures: all of the time while none are drawn, a share of it while they flow."""

import pytest

from ganstudio.engine.slack import FLOWING_S, SHARE, Slack


class Clock:
    """A clock that stands still until it is moved."""

    def __init__(self) -> None:
        self.now = 100.0

    def __call__(self) -> float:
        return self.now


def test_nothing_is_held_back_where_nothing_is_drawn() -> None:
    slack = Slack(Clock())
    assert slack.wait_s() == 0.0
    slack.spent(5.0)
    assert slack.wait_s() == 0.0


def test_idle_work_has_its_share_while_pictures_flow() -> None:
    clock = Clock()
    slack = Slack(clock)
    worked, step, picture = 0.0, 0.012, 0.02
    began = clock.now
    while clock.now < began + 30.0:
        slack.drew()
        clock.now += picture
        if slack.wait_s() == 0.0:
            clock.now += step
            worked += step
            slack.spent(step)
    assert worked / (clock.now - began) == pytest.approx(SHARE, rel=0.2)


def test_it_goes_on_once_the_pictures_end() -> None:
    clock = Clock()
    slack = Slack(clock)
    slack.drew()
    slack.spent(10.0)
    assert slack.wait_s() == pytest.approx(FLOWING_S)
    clock.now += FLOWING_S
    assert slack.wait_s() == 0.0
