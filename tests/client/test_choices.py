"""Arguments, settings and environment become settings, in this order."""

from __future__ import annotations

from pathlib import Path

import pytest

from pegasus_classify.client.choices import Choices, chosen_settings
from pegasus_classify.client.video_map import read_video_map
from pegasus_classify.errors import SettingsError
from pegasus_classify.settings import Settings

KEYS = {"TWELVELABS_API_KEY": "old", "TWELVE_LABS_API_KEY": "current"}


def chosen(key=None, url=None, settings=None, environment=None, **choices) -> Settings:
    """Settings without the process's own environment."""
    return chosen_settings(key, url, settings, choices, environment or {})


def test_an_argument_goes_before_settings_and_those_before_the_environment():
    """Each only where it says something."""
    environment = {**KEYS, "PEGASUS_CLASSIFY_MODEL": "pegasus1.6", "PEGASUS_CLASSIFY_UPSTREAM": "http://e"}
    found = chosen("k", None, Settings(upstream="http://s", retries=1), environment, retries=2)
    assert found.api_key is not None
    assert found.api_key.get_secret_value() == "k"
    assert (found.upstream, found.retries, found.model) == ("http://s", 2, "pegasus1.6")


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://h", "https://h"),
        ("https://h/", "https://h"),
        ("https://h/v1.2/", "https://h"),
        ("https://h/p/v1.1", "https://h"),
        ("https://h/base/v1.3", "https://h/base"),
        ("https://h/v1.2x", "https://h/v1.2x"),
    ],
)
def test_a_version_at_the_end_of_an_old_address_is_left_out(given: str, kept: str):
    """The version path is ours."""
    assert chosen(url=given).upstream == kept


@pytest.mark.parametrize(
    "address", ["nonsense", "ftp://h", "http://", "http://a b", "http://h:port", "http://h:99999", "/v1.2", "http://["]
)
def test_what_is_no_address_is_refused_at_once(address: str):
    """An argument or a variable, before anything is sent and tried again in vain."""
    with pytest.raises(SettingsError, match=r"setting upstream: .*is no address such as https://"):
        chosen(url=address)
    with pytest.raises(SettingsError, match="setting upstream"):
        chosen(environment={"PEGASUS_CLASSIFY_UPSTREAM": address})


def test_a_version_at_the_end_of_an_address_in_the_environment_is_left_out_too():
    """Programs that are only configured have no other place for it."""
    assert chosen(environment={"PEGASUS_CLASSIFY_UPSTREAM": "https://h/v1.3/"}).upstream == "https://h"


def test_a_key_read_from_a_file_may_end_its_line():
    """Blanks around it are no part of it."""
    found = chosen(key=" key\n").api_key
    assert found is not None
    assert found.get_secret_value() == "key"


def test_one_text_is_no_list_of_indexes():
    """It is not taken apart letter by letter."""
    with pytest.raises(SettingsError, match="setting index_ids: "):
        chosen(index_ids="abc")


def test_a_wrong_choice_is_named():
    """And the key never is."""
    with pytest.raises(SettingsError, match="concurrency") as caught:
        chosen("secret", concurrency=0)
    assert "secret" not in str(caught.value)


def test_ids_of_indexes_may_be_any_list():
    """A generator too."""
    assert chosen(index_ids=(each for each in ["a", "b"])).index_ids == ("a", "b")


def test_a_video_map_may_be_a_mapping_or_a_file(tmp_path: Path):
    """CSV with and without durations and a first line of names; JSON as it stands."""
    table = tmp_path / "map.csv"
    table.write_text("\ufeffvideo_id,source,duration\nv1,asset1,12.5\n\n v2 , https://x/y.mp4 ,\nv3,asset3\n")
    wanted = {"v1": {"source": "asset1", "duration": 12.5}, "v2": "https://x/y.mp4", "v3": "asset3"}
    assert chosen(video_map=table).video_map == wanted
    assert chosen(video_map=str(table)).video_map == wanted
    assert chosen(video_map=wanted).video_map == wanted
    text = tmp_path / "map.json"
    text.write_text('{"v1": "asset1"}')
    assert read_video_map(text) == {"v1": "asset1"}


@pytest.mark.parametrize(
    ("name", "text", "complaint"),
    [
        ("m.csv", "v1\n", "line 1"),
        ("m.csv", "v1,a\n,b\n", "line 2"),
        ("m.csv", "v1,a,long\n", "'long'"),
        ("m.json", "[1]", "object"),
        ("m.json", "{", "not JSON"),
    ],
)
def test_a_video_map_that_cannot_be_read_says_where(tmp_path: Path, name: str, text: str, complaint: str):
    """File, and line or reason."""
    (tmp_path / name).write_text(text)
    with pytest.raises(SettingsError, match=complaint):
        read_video_map(tmp_path / name)


def test_a_missing_video_map_is_a_settings_error(tmp_path: Path):
    """No traceback of the operating system."""
    with pytest.raises(SettingsError, match=r"none\.csv"):
        read_video_map(tmp_path / "none.csv")


def test_every_setting_can_be_chosen_by_its_name():
    """Key and address have arguments of their own; a calibration is read from its file."""
    assert set(Settings.model_fields) - {"api_key", "upstream"} <= set(Choices.__annotations__)
