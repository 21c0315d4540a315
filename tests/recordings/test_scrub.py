"""Secrets do not survive being recorded, and nothing else is touched."""

from __future__ import annotations

import json
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pegasus_classify.recordings.scrub import scrubbed, scrubbed_text

# Put together here, so that no text of the project looks like a key itself.
KEY = "tlk_" + "0ABCDEFGHIJKLMNOPQRSTUVWXY12"
AMAZON = "AKIA" + "ABCDEFGHIJKLMNOP"
SIGNED = "eyJ" + "hbGciOiJIUzI1NiJ9" + ".eyJzdWIiOiIxIn0.c2lnbmF0dXJl"


@pytest.mark.parametrize(
    ("text", "left"),
    [
        (f"key {KEY} was used", "key *** was used"),
        (f"aws {AMAZON}!", "aws ***!"),
        (f"jwt={SIGNED}", "jwt=***"),
        ("Authorization: Bearer abcdefghij", "Authorization: ***"),
        ("sent with bearer abcdefghij and more", "sent with bearer *** and more"),
        ("curl -H 'x-api-key: plain words' url", "curl -H 'x-api-key: *** words' url"),
        ('{"x-api-key": "abc", "a": 1}', '{"x-api-key": "***", "a": 1}'),
        ('\\"api_key\\": \\"abc\\"', '\\"api_key\\": \\"***\\"'),
        ("Cookie: session=abc; theme=dark", "Cookie: ***"),
        ("https://anna:word@host/path", "https://host/path"),
        ("https://host/a/13.jpeg?X-Amz-Signature=1&x=2", "https://host/a/13.jpeg"),
        ("see https://host/a?Expires=1&Signature=2&Key-Pair-Id=3 there", "see https://host/a there"),
        ("https://host/a#access_token=1", "https://host/a"),
    ],
)
def test_what_could_open_an_account_is_removed(text, left):
    """The rest of the text stays."""
    assert scrubbed_text(text) == left
    assert scrubbed({"any": [text]}) == {"any": [left]}


@pytest.mark.parametrize(
    "value",
    [
        "Cookies and cakes",
        "Cookie: chocolate",
        "Pass the key, bearer of bad news",
        "https://host/videos?page=2&limit=10#part",
        "http://",
        {"name": "Cookies", "prompts": ["Cookies", "Biscuits"]},
        {"name": "Password", "prompts": ["Password", "Key card"]},
        {"durations": {"cookie": 12.5, "password": 3}},
        {"page_info": {"next_page_token": "0f-1", "prev_page_token": ""}},
        [1, 2.5, None, True, ["authorization", 5]],
    ],
)
def test_labels_numbers_and_plain_links_stay(value):
    """A class about cookies is no cookie."""
    assert scrubbed(value) == value


@pytest.mark.parametrize(
    ("value", "left"),
    [
        ({"x-api-key": "k", "Accept": "json"}, {"Accept": "json"}),
        ({"headers": {"Cookie": {"a": "b"}, "Set-Cookie": ["a=b"]}}, {"headers": {}}),
        ([["X-Api-Key", "k"], ["Accept", "json"]], [["X-Api-Key", "***"], ["Accept", "json"]]),
        ([("Authorization", "k")], [["Authorization", "***"]]),
        ([["cookie", "a=b"]], [["cookie", "***"]]),
        ({"clips": [{"thumbnail_url": "https://h/v/1.jpeg?X-Goog-Signature=1"}]}, {"clips": [{"thumbnail_url": "https://h/v/1.jpeg"}]}),
    ],
)  # fmt: skip
def test_headers_in_any_form_lose_their_secrets(value, left):
    """As a mapping, and as pairs."""
    assert scrubbed(value) == left


def test_short_words_are_not_looked_for():
    """A key of three letters would tear every text apart."""
    assert scrubbed_text("a cat on a category", ["cat", "", "------"]) == "a cat on a category"


def test_what_closes_up_around_a_removed_piece_is_removed_too():
    """A secret hidden inside another does not come out."""
    assert "secret***word" not in scrubbed_text("secretinnerbitword", ["innerbit", "secret***word"])


_SECRET = st.text(alphabet=st.characters(blacklist_categories=("Cs",)), min_size=6, max_size=30).filter(
    lambda secret: any(map(str.isalnum, secret))
)
_PLACES = (
    "{0}", "before {0} after", "x-api-key: {0}", "https://host/a?token={0}&b=1", "https://{0}@host/", "https://host/{0}/a",
    "a{0}{0}b", "Bearer {0}", "Cookie: a={0}",
)  # fmt: skip


@st.composite
def _hiding(draw, secret):
    """A JSON value with the secret hidden in it."""
    hidden = st.sampled_from(_PLACES).map(lambda place: place.format(secret))
    encoded = st.just(f"https://host/?q={quote(secret, safe='')}")
    leaf = hidden | encoded | st.text(max_size=6) | st.integers()
    return draw(
        st.recursive(
            leaf, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(hidden | st.text(max_size=4), inner)
        )
    )


@given(st.data())
def test_no_secret_that_was_named_survives(data):
    """Wherever it stands: in names, values, headers, links, percent-encoded or twice."""
    secret = data.draw(_SECRET)
    left = scrubbed(data.draw(_hiding(secret)), [secret])

    def texts(value):
        if isinstance(value, dict):
            for name, each in value.items():
                yield name
                yield from texts(each)
        elif isinstance(value, list):
            for each in value:
                yield from texts(each)
        else:
            yield str(value)

    assert not any(secret in text or quote(secret, safe="") in text for text in texts(left))


@given(st.from_regex(r"tlk_[A-Z0-9]{8,40}", fullmatch=True), st.text(max_size=5), st.text(max_size=5))
def test_no_key_of_the_platform_survives(key, before, after):
    """Even one nobody named."""
    text = f"{before} {key} {after}"
    assert key not in json.dumps(scrubbed({"log": [text], text: 1}))


@given(
    st.recursive(
        st.text(max_size=40) | st.integers(), lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner)
    )
)
def test_what_is_clean_stays_clean(value):
    """Scrubbing twice is scrubbing once."""
    once = scrubbed(value, ["secret!"])
    assert scrubbed(once, ["secret!"]) == once
