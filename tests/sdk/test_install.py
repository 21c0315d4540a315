"""`install()` against the real current SDK, over real sockets."""

from __future__ import annotations

import asyncio
import gc
import importlib
import json
import sys
import threading
import time
import types
from typing import Any

import httpx
import pytest

import pegasus_classify
from pegasus_classify import errors
from pegasus_classify.sdk.clients import ClassifyAttribute

twelvelabs = pytest.importorskip("twelvelabs")


@pytest.fixture
def http():
    """A connection pool that closes with the test."""
    with httpx.Client(verify=False) as client:
        yield client


@pytest.fixture
def client(stand_in, http, installed):
    """An SDK client of the stand-in; its own base URL holds a version."""
    return twelvelabs.TwelveLabs(api_key="mine", base_url=f"{stand_in.base_url}/v1.3", httpx_client=http)


def everything_of(module) -> dict[str, Any]:
    """What a module and its two clients have, by name."""
    return {
        **vars(module),
        **{f"TwelveLabs.{name}": value for name, value in vars(module.TwelveLabs).items()},
        **{f"AsyncTwelveLabs.{name}": value for name, value in vars(module.AsyncTwelveLabs).items()},
    }


def sdk_modules() -> set[str]:
    """The names of the SDK's loaded modules."""
    return {name for name in sys.modules if name.partition(".")[0] == "twelvelabs"}


def test_without_it_the_call_has_vanished():
    """What this is all about."""
    with pytest.raises(AttributeError):
        _ = twelvelabs.TwelveLabs(api_key="mine").classify


def test_the_old_calls_work_again(client, asked, stand_in):
    """Named videos, an index, pages, and iteration from the second page on."""
    stand_in.reset()
    page = client.classify.videos(**asked, page_limit=1, include_clips=True)
    assert [video.video_id for video in page.data] == [video.video_id for video in page.data.root]
    assert isinstance(page.data, list)
    found = page.data[0].classes[0]
    assert (found.name, type(found.clips[0].start)) == ("Cars", float)
    second = client.classify.by_page_token(page.page_info.next_page_token)
    assert next(page)[0].video_id == second.data[0].video_id
    del asked["video_ids"]
    whole = client.classify.index("639961aace36463e0199c8b0", **asked)
    assert whole.page_info.total_results > 3
    assert stand_in.state.analyze_calls >= 13


def test_the_asynchronous_client_has_it_too(stand_in, asked, installed):
    """The same calls, awaited; `async for` goes over the following pages."""

    async def use() -> None:
        async with httpx.AsyncClient(verify=False) as http:
            client = twelvelabs.AsyncTwelveLabs(api_key="mine", base_url=stand_in.base_url, httpx_client=http)
            page = await client.classify.videos(**asked, page_limit=2)
            assert len(page.data) == 2
            assert [len(rows) async for rows in page] == [1]
            with pytest.raises(twelvelabs.BadRequestError):
                await client.classify.by_page_token("gone")
            told = [each async for each in client.classify.stream(**asked)]
            assert {each.video_id for each in told} == set(asked["video_ids"])
            await client.classify.aclose()

    asyncio.run(use())


def test_a_client_has_one_classifier_and_no_other_clients(client, stand_in, http):
    """Also when it is first read by many threads at once."""
    found: list[Any] = []
    threads = [threading.Thread(target=lambda: found.append(client.classify)) for _ in range(16)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len({id(each) for each in found}) == 1
    other = twelvelabs.TwelveLabs(api_key="yours", base_url=stand_in.base_url, httpx_client=http)
    assert other.classify is not client.classify


def test_pages_of_one_key_cannot_be_read_with_another(client, stand_in, asked, http):
    """Two clients, two keys."""
    page = client.classify.videos(**asked, page_limit=1)
    other = twelvelabs.TwelveLabs(api_key="yours", base_url=stand_in.base_url, httpx_client=http)
    with pytest.raises(twelvelabs.BadRequestError):
        other.classify.by_page_token(page.page_info.next_page_token)


def test_it_is_idempotent_and_reversible():
    """Twice is once; afterwards the SDK is as it was."""
    before, modules = everything_of(twelvelabs), sdk_modules()
    pegasus_classify.install()
    once = everything_of(twelvelabs)
    pegasus_classify.install()
    assert everything_of(twelvelabs) == once
    added = once.keys() - before.keys()
    assert {"TwelveLabs.classify", "AsyncTwelveLabs.classify", "APIStatusError", "RateLimitError", "models"} <= added
    assert all(once[name] is value for name, value in before.items()), "nothing that was there is replaced"
    pegasus_classify.uninstall()
    assert everything_of(twelvelabs) == before
    assert sdk_modules() == modules
    pegasus_classify.uninstall()


def test_a_module_that_the_sdk_has_is_completed_and_left_as_it_was(monkeypatch):
    """A future SDK may have a `models` of its own; nothing in it is replaced."""
    theirs = types.ModuleType("twelvelabs.models")
    theirs.ClassifyClip = "theirs"
    monkeypatch.setitem(sys.modules, "twelvelabs.models", theirs)
    monkeypatch.setattr(twelvelabs, "models", theirs, raising=False)
    pegasus_classify.install()
    assert (theirs.ClassifyClip, theirs.ClassifyPageResult.__name__) == ("theirs", "ClassifyPageResult")
    theirs.ClassifyVideoData = "changed by someone else"
    pegasus_classify.uninstall()
    assert {name for name in vars(theirs) if not name.startswith("_")} == {"ClassifyClip", "ClassifyVideoData"}
    assert sys.modules["twelvelabs.models"] is theirs


def test_a_second_call_changes_the_settings_of_clients_not_used_yet(client, stand_in, http):
    """Whoever has a classifier keeps it."""
    used = client.classify
    pegasus_classify.install(max_hours=3)
    other = twelvelabs.TwelveLabs(api_key="mine", base_url=stand_in.base_url, httpx_client=http)
    assert other.classify.settings.max_hours == 3
    assert client.classify is used
    assert used.settings.max_hours == 10


def test_the_clients_own_key_address_and_timeout_are_used(installed, monkeypatch):
    """They go before the environment; the version at the end of the address is the SDK's, not ours."""
    monkeypatch.setenv("TWELVE_LABS_API_KEY", "from the environment")
    monkeypatch.setenv("PEGASUS_CLASSIFY_UPSTREAM", "http://elsewhere")
    client = twelvelabs.TwelveLabs(api_key="mine", base_url="http://here/v1.3", timeout=7.5)
    settings = client.classify.settings
    assert settings.api_key.get_secret_value() == "mine"
    assert (settings.upstream, settings.timeout) == ("http://here", 7.5)
    plain = twelvelabs.TwelveLabs(api_key="mine")
    assert plain.classify.settings.upstream == "https://api.twelvelabs.io"
    assert plain.classify.settings.timeout == plain._client_wrapper.get_timeout()


@pytest.mark.parametrize(
    ("name", "status"),
    [
        ("BadRequestError", 400),
        ("AuthenticationError", 401),
        ("PermissionDeniedError", 403),
        ("NotFoundError", 404),
        ("ConflictError", 409),
        ("UnprocessableEntityError", 422),
        ("RateLimitError", 429),
        ("InternalServerError", 500),
        ("InternalServerError", 503),
        ("APIStatusError", 418),
    ],
)
def test_an_error_is_caught_by_its_old_name_and_by_ours(installed, name, status):
    """One error, three `except` clauses: the old SDK's, the new SDK's, this library's."""
    sdk_error = importlib.import_module("pegasus_classify.sdk.names").sdk_error
    ours = errors.error_of_status(status, "What happened.", retry_after=30)
    error = sdk_error(ours, twelvelabs)
    for kind in (getattr(twelvelabs, name), twelvelabs.APIStatusError, twelvelabs.APIError, type(ours)):
        assert isinstance(error, kind)
    assert isinstance(error, twelvelabs.core.api_error.ApiError)
    assert isinstance(error, getattr(importlib.import_module("twelvelabs.exceptions"), name))
    assert (error.status_code, error.body, str(error)) == (status, ours.body, "What happened.")
    assert error.headers == {"retry-after": "30"}
    assert sdk_error(error, twelvelabs) is error


def test_an_early_sdk_that_lacks_a_name_gets_ours_and_is_still_caught_as_its_own():
    """Versions 1.0 and 1.1 know neither ConflictError nor TooManyRequestsError, only their base."""
    names = importlib.import_module("pegasus_classify.sdk.names")
    early = types.ModuleType("twelvelabs")
    early.core, early.BadRequestError = twelvelabs.core, twelvelabs.BadRequestError
    early.ConflictError = names.error_names(early)["ConflictError"]
    assert early.ConflictError is errors.ConflictError
    error = names.sdk_error(errors.ConflictError("It exists."), early)
    assert isinstance(error, early.ConflictError)
    assert isinstance(error, twelvelabs.core.api_error.ApiError)


def test_errors_of_real_calls_have_the_old_names(client, asked, stand_in, http):
    """A bad threshold, an unknown video, a bad token, a refused key."""
    with pytest.raises(twelvelabs.BadRequestError) as bad:
        client.classify.videos(**{**asked, "threshold": {"min_video_score": 500}})
    assert (bad.value.status_code, bad.value.body["code"]) == (400, "parameter_invalid")
    with pytest.raises(twelvelabs.BadRequestError):
        client.classify.index(index_id="none", options=["visual"], classes=asked["classes"])
    with pytest.raises(pegasus_classify.BadRequestError):
        client.classify.by_page_token("none")
    with pytest.raises(twelvelabs.BadRequestError):
        client.classify.stream(video_ids=["v"], options=["sound"], classes=asked["classes"])
    with pytest.raises(twelvelabs.BadRequestError):
        list(client.classify.stream(**{**asked, "video_ids": ["unknown"]}))


def test_a_refused_key_is_the_old_authentication_error(installed, asked, http):
    """Whatever the new SDK calls it."""
    emulator = pytest.importorskip("pegasus_classify.emulator")
    with emulator.running_emulator(emulator.EmulatorSettings(keys=("right",))) as stand_in:
        client = twelvelabs.TwelveLabs(api_key="wrong", base_url=stand_in.base_url, httpx_client=http)
        with pytest.raises(twelvelabs.AuthenticationError) as refused:
            client.classify.videos(**asked)
        right = twelvelabs.TwelveLabs(api_key="right", base_url=stand_in.base_url, httpx_client=http)
        assert len(right.classify.videos(**asked).data) == 3
    assert isinstance(refused.value, twelvelabs.core.api_error.ApiError)
    assert "wrong" not in str(refused.value)


def test_an_upstream_that_is_not_there_is_told_by_its_old_name(installed, asked):
    """Nothing listens on that port."""
    client = twelvelabs.TwelveLabs(api_key="mine", base_url="http://127.0.0.1:9/v1.3")
    pegasus_classify.install(retries=0)
    with pytest.raises((twelvelabs.APIConnectionError, twelvelabs.APIStatusError)) as gone:
        client.classify.videos(**asked)
    assert isinstance(gone.value, twelvelabs.APIError)


def test_old_imports_resolve(installed):
    """As programs for 0.1 to 0.3 wrote them."""
    from twelvelabs.exceptions import APIConnectionError, TwelveLabsError
    from twelvelabs.models import ClassifyClassParams, ClassifyPageResult, RootModelList
    from twelvelabs.models.classify import ClassifyClip

    assert ClassifyPageResult is twelvelabs.models.ClassifyPageResult
    assert (ClassifyClip.__name__, RootModelList.__name__) == ("ClassifyClip", "Rows")
    assert issubclass(APIConnectionError, TwelveLabsError)
    params = ClassifyClassParams(name="Cars", prompts=["SUV"], options=["visual"])
    assert (params.name, params["prompts"], params.conversation_option) == ("Cars", ["SUV"], None)
    with pytest.raises(AttributeError):
        _ = params.colour


def test_classes_may_be_the_old_parameter_objects(client, asked):
    """They could be made, though from 0.2.5 on not sent."""
    params = twelvelabs.models.ClassifyClassParams("Cars", ["Cars", "SUV"], options=["visual"])
    plain = client.classify.videos(**asked)
    assert client.classify.videos(**{**asked, "classes": [params]}).data == plain.data


def test_results_serialise_as_before(client, asked):
    """`model_dump` of the page, of its list, and of its entries give plain JSON data with the old keys."""
    page = client.classify.videos(**asked, include_clips=True, show_detailed_score=True)
    dumped = page.model_dump()
    assert json.loads(page.model_dump_json()) == dumped == json.loads(json.dumps(dumped))
    assert set(dumped) == {"data", "page_info"}
    assert page.data.model_dump() == dumped["data"] == json.loads(page.data.model_dump_json())
    assert page.data[0].classes.model_dump() == dumped["data"][0]["classes"]
    assert type(page).model_validate(dumped).data == page.data


def test_a_classifier_ends_with_its_client_but_not_before_its_results(client, asked, stand_in, http):
    """A result that still has pages keeps what it needs; when that is gone too, the threads end."""
    mine = twelvelabs.TwelveLabs(api_key="mine", base_url=stand_in.base_url, httpx_client=http)
    page = mine.classify.videos(**asked, page_limit=1)
    loop = mine.classify._account._driver._loop
    del mine
    gc.collect()
    assert len(next(page)) == 1
    del page
    gc.collect()
    wait_for(lambda: not loop.is_alive())


def wait_for(done) -> None:
    """Wait until something has happened in another thread."""
    for _ in range(1_000):
        if done():
            return
        time.sleep(0.01)
    raise AssertionError("it never happened")


def test_an_asynchronous_classifier_ends_with_its_client(stand_in, asked, installed):
    """Its task in the event loop does not outlive it."""

    async def use() -> None:
        async with httpx.AsyncClient(verify=False) as http:
            client = twelvelabs.AsyncTwelveLabs(api_key="mine", base_url=stand_in.base_url, httpx_client=http)
            await client.classify.videos(**asked)
            task = client.classify._account._driver._loop
            del client
            gc.collect()
            await asyncio.wait({task}, timeout=10)
            assert task.done()

    asyncio.run(use())


def test_an_asynchronous_client_outlives_an_event_loop(stand_in, asked, installed):
    """A program that calls `asyncio.run` twice has the same client and a new classifier."""
    client = twelvelabs.AsyncTwelveLabs(api_key="mine", base_url=stand_in.base_url)

    async def use() -> tuple[int, int]:
        classifier = client.classify
        status, body = await classifier.handle("POST", "/v1.2/classify", asked)
        return status, len(body["data"])

    assert asyncio.run(use()) == asyncio.run(use()) == (200, 3)


def test_explicit_closing_ends_it_at_once(client, asked):
    """And its client can be used no more."""
    classifier = client.classify
    classifier.videos(**asked)
    classifier.close()
    with pytest.raises(pegasus_classify.ClassifyError, match="closed"):
        classifier.videos(**asked)


def test_the_attribute_read_off_the_class_is_itself(installed):
    """So that documentation tools and mocks see something."""
    assert isinstance(twelvelabs.TwelveLabs.classify, ClassifyAttribute)


def test_a_subclass_of_the_client_has_it_too(stand_in, asked, http, installed):
    """Programs that wrapped the client by inheritance."""

    class Mine(twelvelabs.TwelveLabs):
        pass

    client = Mine(api_key="mine", base_url=stand_in.base_url, httpx_client=http)
    assert len(client.classify.videos(**asked).data) == 3
