"""Which addresses are the old Classify calls."""

from __future__ import annotations

import pytest

from pegasus_classify.legacy.failures import failure_answer
from pegasus_classify.legacy.routes import Call, WrongMethodError, allowed_methods, route

PREFIXES = ("/v1.1", "/v1.2", "/p/v1.1", "/p/v1.2")


@pytest.mark.parametrize("prefix", PREFIXES)
def test_the_three_calls_stand_under_every_prefix(prefix: str) -> None:
    version = prefix[-4:]
    assert route("POST", f"{prefix}/classify") == Call("videos", version)
    assert route("POST", f"{prefix}/classify/") == Call("videos", version)
    assert route("POST", f"{prefix}/classify/bulk") == Call("bulk", version)
    assert route("GET", f"{prefix}/classify/846670") == Call("page", version, "846670")
    assert route("HEAD", f"{prefix}/classify/t-1") == Call("page", version, "t-1")


@pytest.mark.parametrize(
    "path",
    ["/", "/classify", "/v1.3/classify", "/v1.2/classify/a/b", "/v1.2/search", "/p/classify", "/v1.2//classify",
     "/v1.2/classifyx", "/x/v1.2/classify", "/v112/classify", "/v1.2/classify/../indexes", ""],
)  # fmt: skip
def test_other_addresses_are_none_of_ours(path: str) -> None:
    assert route("POST", path) is None
    assert allowed_methods(path) == ()


@pytest.mark.parametrize(
    ("method", "path", "allow"),
    [
        ("GET", "/v1.2/classify", "POST"),
        ("GET", "/v1.2/classify/bulk", "POST"),
        ("PUT", "/v1.1/classify", "POST"),
        ("DELETE", "/v1.2/classify/t-1", "GET, HEAD"),
        ("POST", "/p/v1.2/classify/t-1", "GET, HEAD"),
    ],
)
def test_a_wrong_method_is_answered_with_the_right_ones(method: str, path: str, allow: str) -> None:
    with pytest.raises(WrongMethodError) as caught:
        route(method, path)
    reply = failure_answer(caught.value)
    assert (reply.status, reply.body["code"], reply.headers["Allow"]) == (405, "method_not_allowed", allow)
    assert ", ".join(allowed_methods(path)) == allow


@pytest.mark.parametrize("token", ["..", "a b", "a\nb", "\x00", "ü", "bulk2", "x" * 5000])
def test_a_strange_token_is_a_token(token: str) -> None:
    assert route("GET", f"/v1.2/classify/{token}") == Call("page", "v1.2", token)
