"""A finding that lasts is news once; one that comes and goes in a moment never."""

from dataclasses import replace
from datetime import timedelta

from modeldesk.core.deployment_watch.model import Finding, Problem
from modeldesk.core.deployment_watch.standing import PATIENCE_S, Standing
from tests.unit.core.deployment_watch.facts import DEPLOYMENT, NOW

SICK = Finding(DEPLOYMENT.key, Problem.UNHEALTHY, "It is unwell.")
GONE = Finding(DEPLOYMENT.key, Problem.GONE, "It is gone.")
PATIENCE = PATIENCE_S[Problem.GONE]


def test_it_appears_lasts_and_goes() -> None:
    standing = Standing()
    first = standing.update([SICK], 0, NOW)
    assert [one.text for one in first.appeared] == ["It is unwell."]
    assert first.standing[0].since == NOW
    later = standing.update([SICK], 60, NOW + timedelta(minutes=1))
    assert not later.is_new
    assert later.standing[0].since == NOW
    last = standing.update([], 61, NOW + timedelta(minutes=2))
    assert [one.text for one in last.gone] == ["It is unwell."]
    assert last.standing == ()
    assert standing.update([SICK], 62, NOW + timedelta(minutes=3)).appeared


def test_what_may_be_put_right_in_a_moment_is_waited_for() -> None:
    standing = Standing()
    first = standing.update([GONE], 0, NOW)
    assert not first.is_new
    assert first.again_s == PATIENCE
    assert standing.update([GONE], 1, NOW).again_s == PATIENCE - 1
    assert not standing.update([], 2, NOW).is_new
    assert standing.update([GONE], 3, NOW).again_s == PATIENCE
    stands = standing.update([GONE], 3 + PATIENCE, NOW)
    assert stands.appeared
    assert stands.again_s is None


def test_other_words_of_what_stands_are_shown_but_not_told_again() -> None:
    standing = Standing()
    standing.update([SICK], 0, NOW)
    other = replace(SICK, text="It is unwell still.")
    news = standing.update([other], 60, NOW + timedelta(minutes=1))
    assert news.is_new
    assert (news.appeared, news.gone) == ((), ())
    assert [(one.text, one.since) for one in news.standing] == [("It is unwell still.", NOW)]
    assert not standing.update([other], 61, NOW).is_new
