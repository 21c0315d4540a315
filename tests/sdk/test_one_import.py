"""`from pegasus_classify.twelvelabs import TwelveLabs`: one changed import, nothing changed in place."""

from __future__ import annotations

import asyncio
import subprocess
import sys

import httpx
import pytest

from pegasus_classify import BadRequestError, Settings

twelvelabs = pytest.importorskip("twelvelabs")
ours = pytest.importorskip("pegasus_classify.twelvelabs")


def test_the_client_has_the_old_call_and_everything_of_the_new_one(stand_in, asked):
    """Classify beside listing."""
    with httpx.Client(verify=False) as http:
        client = ours.TwelveLabs(api_key="mine", base_url=f"{stand_in.base_url}/v1.3", httpx_client=http)
        assert isinstance(client, twelvelabs.TwelveLabs)
        page = client.classify.videos(**asked, page_limit=2)
        assert [len(page.data), *(len(rows) for rows in page)] == [2, 1]
        assert len(list(client.indexes.list())) >= 2
        client.classify.close()


def test_the_asynchronous_client_too(stand_in, asked):
    """The same, awaited."""

    async def use() -> int:
        async with httpx.AsyncClient(verify=False) as http:
            client = ours.AsyncTwelveLabs(api_key="mine", base_url=stand_in.base_url, httpx_client=http)
            page = await client.classify.videos(**asked)
            await client.classify.aclose()
            return len(page.data)

    assert asyncio.run(use()) == 3


def test_the_installed_sdk_stays_as_it_is():
    """Other clients in the program have no `classify`."""
    assert not hasattr(twelvelabs.TwelveLabs, "classify")


def test_the_old_constructor_is_taken():
    """Key in the first place, version in the second."""
    client = ours.TwelveLabs("mine", "v1.2")
    assert client.classify.settings.api_key.get_secret_value() == "mine"


def test_settings_can_be_given_and_the_clients_own_go_before_them():
    """How to classify comes from them, whom to ask from the client."""
    settings = Settings(model="pegasus1.6", upstream="http://elsewhere", api_key="another")
    client = ours.TwelveLabs(api_key="mine", base_url="http://here/v1.3", classify_settings=settings)
    used = client.classify.settings
    assert (used.model, used.upstream, used.api_key.get_secret_value()) == ("pegasus1.6", "http://here", "mine")


def test_other_names_are_the_sdks_or_those_of_before():
    """New ones, old ones, and none besides."""
    assert ours.BadRequestError is twelvelabs.BadRequestError
    assert ours.types is twelvelabs.types
    assert issubclass(ours.RateLimitError, ours.APIStatusError)
    assert ours.models.ClassifyPageResult.__name__ == "ClassifyPageResult"
    assert issubclass(ours.exceptions.BadRequestError, ours.APIStatusError)
    with pytest.raises(AttributeError, match="nothing_like_this"):
        _ = ours.nothing_like_this
    assert not hasattr(ours, "__path__")


def test_errors_are_caught_by_either_name(stand_in, asked):
    """The SDK's class and this library's."""
    client = ours.TwelveLabs("mine", base_url=stand_in.base_url)
    for kind in (ours.BadRequestError, BadRequestError):
        with pytest.raises(kind):
            client.classify.videos(**{**asked, "page_limit": 0})


@pytest.mark.parametrize(
    "program",
    ["from pegasus_classify.twelvelabs import TwelveLabs", "import pegasus_classify; pegasus_classify.install()"],
)
@pytest.mark.parametrize(
    ("sdk", "told"),
    [("raise ModuleNotFoundError('twelvelabs', name='twelvelabs')", "not installed"), ("", "older than 1.0")],
    ids=["absent", "too old"],
)
def test_without_the_sdk_the_error_names_the_extra(tmp_path, program, sdk, told):
    """In a program of its own, whose SDK is missing or one of 2024."""
    (tmp_path / "twelvelabs.py").write_text(sdk, encoding="utf-8")
    path = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); "
    done = subprocess.run([sys.executable, "-c", path + program], capture_output=True, text=True, check=False)
    last = done.stderr.strip().splitlines()[-1]
    assert done.returncode == 1
    assert told in last
    assert "pegasus-classify[sdk]" in last


def test_a_library_that_the_sdk_lacks_is_named_itself(tmp_path):
    """A broken installation is not taken for a missing one."""
    (tmp_path / "twelvelabs.py").write_text("import no_such_library", encoding="utf-8")
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import pegasus_classify.twelvelabs"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert "No module named 'no_such_library'" in done.stderr.strip().splitlines()[-1]
