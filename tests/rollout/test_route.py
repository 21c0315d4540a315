"""Where a request goes follows from the request, the policy and the standing alone."""

from __future__ import annotations

import pytest

from pegasus_classify.rollout.policy import Policy, Route, policy_from
from pegasus_classify.rollout.route import Decision, Facts, Standing, bucket, decide

OLD = {"url": "https://old.example"}
DOG = Facts(frozenset({"Dog"}), video_id="v1", key_hash="k" * 64)


def policy(*routes: dict, **more) -> Policy:
    """A policy with these routes."""
    return policy_from({"old": OLD, "routes": list(routes), **more})


@pytest.mark.parametrize(
    ("route", "facts", "holds"),
    [
        ({"classes": ["Dog", "Cat"]}, DOG, True),
        ({"classes": ["Dog"]}, Facts(frozenset({"Dog", "Cat"}), "v1"), False),
        ({"indexes": ["i1"]}, Facts(frozenset(), index_id="i1"), True),
        ({"indexes": ["i1"]}, DOG, False),
        ({"keys": ["k" * 64]}, DOG, True),
        ({"keys": ["j" * 64]}, DOG, False),
        ({"header": "canary"}, Facts(frozenset(), "v1", header="canary"), True),
        ({"header": "canary"}, DOG, False),
        ({"percent": 100}, DOG, True),
        ({"percent": 0}, DOG, False),
        ({"classes": ["Dog"], "indexes": ["i1"]}, DOG, False),
        ({}, DOG, True),
    ],
)
def test_a_route_holds_when_everything_it_names_holds(route, facts, holds):
    """A condition that is not named does not count."""
    assert (decide(facts, policy({"to": "pegasus", **route}), Standing()).side == "pegasus") is holds


def test_the_first_route_that_holds_decides_and_brings_its_model_along():
    """Order matters; what a route chooses instead of the settings stands in the decision."""
    first = {"to": "pegasus", "name": "dogs", "classes": ["Dog"], "model": "pegasus1.6", "prompt": "classify.v2"}
    made = decide(DOG, policy(first, {"to": "shadow"}), Standing())
    assert made == Decision(
        "pegasus", False, "dogs", "all its classes are listed", "classes", "pegasus1.6", "classify.v2", None
    )
    assert decide(Facts(frozenset({"Cat"}), "v1"), policy(first, {"to": "shadow"}), Standing()) == Decision(
        "legacy", True, "route-2", "the route has no condition", "always"
    )


def test_everything_else_goes_where_the_policy_says():
    """Without a route that holds there is a last word."""
    assert decide(DOG, policy(otherwise="shadow"), Standing()) == Decision(
        "legacy", True, "otherwise", "no route holds", "otherwise"
    )


SHADOWED = {
    "the ladder has taken all": ([{"to": "pegasus", "ladder": True}], "shadow", True),
    "a share has taken all": ([{"to": "pegasus", "percent": 100}], "shadow", True),
    "one share after another": ([{"to": "pegasus", "percent": 100}, {"to": "pegasus", "ladder": True}], "shadow", True),
    "a route after it": ([{"to": "pegasus", "ladder": True}, {"to": "shadow", "classes": ["Dog"]}], "legacy", True),
    "another class is shadowed": (
        [{"to": "pegasus", "percent": 100}, {"to": "shadow", "classes": ["Cat"]}],
        "legacy",
        False,
    ),
    "no shadow was there": ([{"to": "pegasus", "ladder": True}], "legacy", False),
    "a route that holds before the shadow": ([{"to": "pegasus", "ladder": True}, {"to": "legacy"}], "shadow", False),
    "a person moved it for good": ([{"to": "pegasus", "classes": ["Dog"]}], "shadow", False),
}


@pytest.mark.parametrize(("routes", "otherwise", "beside"), SHADOWED.values(), ids=list(SHADOWED))
def test_what_a_share_took_from_a_shadow_is_still_compared(routes, otherwise, beside):
    """The other side is asked beside Pegasus where, without the share, Pegasus was asked beside it."""
    made = decide(DOG, policy(*routes, otherwise=otherwise), Standing(100))
    assert (made.side, made.shadow) == ("pegasus", beside)
    stopped = policy(*routes, otherwise=otherwise, kill={"to": "pegasus"})
    assert not decide(DOG, stopped, Standing(100, stopped=True)).shadow


def test_the_kill_switch_goes_before_every_route():
    """Stopped means stopped: no route is looked at, nothing is shadowed."""
    everything = policy({"to": "pegasus"}, otherwise="shadow")
    assert decide(DOG, everything, Standing(100, stopped=True)).side == "legacy"
    assert not decide(DOG, policy(otherwise="shadow"), Standing(stopped=True)).shadow


@pytest.mark.parametrize(("allowed", "side"), [(True, "legacy"), (False, "pegasus")])
def test_a_request_may_stop_for_itself_only_where_the_policy_allows_it(allowed, side):
    """A header of strangers decides nothing by itself."""
    made = decide(
        Facts(frozenset(), "v1", header="stop"), policy({"to": "pegasus"}, kill={"header": allowed}), Standing()
    )
    assert made.side == side


def test_a_share_is_taken_of_what_the_request_tells():
    """A request for an index has no video: its index stands for it, and the key where neither is known."""
    share = Policy(old=OLD, routes=(Route(to="pegasus", percent=100, by="index"),))
    told = [
        decide(facts, share, Standing()).reason.split()[1]
        for facts in (
            Facts(frozenset(), "v1", "i1"),
            Facts(frozenset(), "v1"),
            Facts(frozenset(), None, "i1"),
            Facts(frozenset(), key_hash="k"),
        )
    ]
    assert told == ["index", "video", "index", "key"]
    by_key = Policy(old=OLD, routes=(Route(to="pegasus", percent=100, by="key"),))
    assert "its key stands" in decide(DOG, by_key, Standing()).reason


def test_places_are_spread_evenly_and_never_change():
    """Of ten thousand videos about as many are taken as the share says; the numbers are the same on every machine."""
    places = [bucket("", "video", f"video-{number}") for number in range(10_000)]
    for share in (1, 5, 25, 50):
        assert abs(sum(each < share for each in places) / 100 - share) < 1.5
    assert f"{bucket('', 'video', 'video-0'):.6f}" == PLACE_OF_VIDEO_0
    assert bucket("", "video", "a") != bucket("salt", "video", "a") != bucket("salt", "index", "a")


PLACE_OF_VIDEO_0 = "46.941800"
