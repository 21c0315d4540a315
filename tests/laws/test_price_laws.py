"""Whatever goes wrong: what is billed passes neither the bound told before nor the budget, and nothing is lost."""

from __future__ import annotations

from functools import partial

from asking_world import a_judge, a_plan, a_request
from billing_platform import EVENTS, BillingPlatform
from hypothesis import given
from hypothesis import strategies as st
from simulated_driver import SimulatedDriver
from small_index import SmallPlatform, listed

from pegasus_classify.carrying.budget import Budget, Use, most_of
from pegasus_classify.carrying.exchanges import carry
from pegasus_classify.carrying.pace import Pace
from pegasus_classify.carrying.schedule import Schedule
from pegasus_classify.contract.asks import Video, VideoSource
from pegasus_classify.pegasus.batches import batch
from pegasus_classify.planning.price_bound import upper_bound
from pegasus_classify.prices import PRICES
from pegasus_classify.runs.directory import Directory
from pegasus_classify.runs.request_run import Limits, RequestRun
from pegasus_classify.stores.memory import MemoryStore

durations = st.sampled_from([60.0, 600.0, 1500.0, 3 * 3600.0])
"""Asked by a call, by a task, and in windows."""

scripts = st.lists(st.sampled_from(EVENTS), max_size=60)


@given(
    lengths=st.lists(durations, min_size=1, max_size=5),
    script=scripts,
    way=st.sampled_from(["schema", "text", "segments"]),
    samples=st.integers(1, 3),
    retries=st.integers(0, 4),
    in_batches=st.booleans(),
    share=st.floats(0.1, 2.0) | st.none(),
)
def test_what_is_billed_passes_neither_the_bound_nor_the_budget(
    lengths: list[float],
    script: list[str],
    way: str,
    samples: int,
    retries: int,
    in_batches: bool,
    share: float | None,
) -> None:
    names = [f"v{number}" for number in range(len(lengths))]
    index = SmallPlatform({"i1": [listed(name, duration=length) for name, length in zip(names, lengths, strict=True)]})
    platform = BillingPlatform(index, {f"asset-{n}": s for n, s in zip(names, lengths, strict=True)}, script)
    request = a_request(video_ids=tuple(names))
    plan = a_plan(request, ask=way, samples=samples)
    videos = [Video(n, VideoSource("asset_id", f"asset-{n}"), s) for n, s in zip(names, lengths, strict=True)]
    bound = upper_bound(plan, videos, retries)
    usd = float("inf") if share is None else share * bound.usd
    store = MemoryStore()
    dearest = max(most_of(ask).usd for video in videos for _, ask in plan.asks(video))  # type: ignore[misc,union-attr]
    # A follow-up may take more tokens.
    dearest = max(dearest, PRICES.usd(max(lengths), plan.model.max_answer_tokens))
    told_usd, told_calls, lost = 0.0, 0, 0
    for _ in range(2):
        before = platform.usd
        limits = Limits(float("inf"), batch_from=1 if in_batches else None)
        directory = Directory(index_ids=["i1"], retries=retries)
        run = RequestRun(request, plan, a_judge(request), directory, limits)
        schedule = Schedule("account", partial(carry, retries=retries), Pace(4), partial(batch, retries=retries))
        schedule.add(run, Budget(Use(float("inf"), usd)))
        SimulatedDriver(schedule, platform, store=store).run()
        # Every video is told of once, be it by a failure.
        assert run.error is not None or sorted(each.video_id for each in run.outcomes) == names
        assert platform.usd - before <= min(usd, bound.usd) + 1e-6
        told_usd, told_calls = told_usd + run.cost.usd, told_calls + run.cost.calls
        lost += run.cost.lost
    assert platform.seconds <= 2 * bound.video_seconds
    assert told_usd <= platform.usd + 1e-6
    assert told_calls <= platform.worked <= told_calls + lost
    assert platform.usd <= told_usd + lost * dearest + 1e-6
