"""The names a user may rely on: exactly these, each usable, and cheap until used."""

from __future__ import annotations

import subprocess
import sys

import pytest

import pegasus_classify
from pegasus_classify import errors

NAMES = [
    "APIConnectionError",
    "APIStatusError",
    "APITimeoutError",
    "AsyncClassifier",
    "AsyncClassifyTransport",
    "AuthenticationError",
    "BadRequestError",
    "Classifier",
    "ClassifyError",
    "ClassifyRequest",
    "ClassifyResult",
    "ClassifyTransport",
    "ConflictError",
    "Dropped",
    "Evidence",
    "Experiment",
    "Failure",
    "InternalServerError",
    "NotFoundError",
    "PermissionDeniedError",
    "RateLimitError",
    "Settings",
    "SettingsError",
    "UnprocessableEntityError",
    "VideoResult",
    "__version__",
    "install",
    "read_answer",
    "serve_in_thread",
    "uninstall",
]

STATUSES = {
    "BadRequestError": 400,
    "AuthenticationError": 401,
    "PermissionDeniedError": 403,
    "NotFoundError": 404,
    "ConflictError": 409,
    "UnprocessableEntityError": 422,
    "RateLimitError": 429,
    "InternalServerError": 500,
}


def run(program: str) -> str:
    """What a fresh interpreter prints."""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    return done.stdout.strip()


def test_the_package_promises_exactly_these_names():
    """A name that is added or taken away is added or taken away here too, on purpose."""
    assert sorted(pegasus_classify.__all__) == NAMES
    assert dir(pegasus_classify) == NAMES


@pytest.mark.parametrize("name", NAMES)
def test_each_promised_name_can_be_imported(name):
    """Every name leads to something, under its own name."""
    found = getattr(pegasus_classify, name)
    assert getattr(found, "__name__", name) == name


def test_a_name_that_was_not_promised_is_an_attribute_error():
    """A misspelt name fails as it does for any module."""
    with pytest.raises(AttributeError, match="Clasifier"):
        _ = pegasus_classify.Clasifier  # type: ignore[attr-defined]


def test_importing_the_package_loads_no_library():
    """`import pegasus_classify` alone costs nothing: the libraries come with the first name that needs them."""
    program = "import sys, pegasus_classify; print(sorted({'httpx', 'pydantic', 'jinja2'} & set(sys.modules)))"
    assert run(program) == "[]"


def test_errors_alone_load_no_library():
    """An `except` clause of an old program costs nothing either."""
    program = (
        "import sys; from pegasus_classify import BadRequestError;"
        "print(sorted({'httpx', 'pydantic', 'jinja2'} & set(sys.modules)))"
    )
    assert run(program) == "[]"


def test_the_version_is_that_of_the_distribution():
    """The version has one source, the distribution's metadata."""
    assert pegasus_classify.__version__.count(".") >= 2


@pytest.mark.parametrize(("name", "status"), STATUSES.items(), ids=list(STATUSES))
def test_errors_have_the_old_names_and_statuses(name, status):
    """An `except` clause of an old program catches the same statuses under the same names."""
    error = errors.error_of_status(status, "What happened.")
    assert type(error).__name__ == name
    assert isinstance(error, getattr(pegasus_classify, name))
    assert isinstance(error, pegasus_classify.APIStatusError)
    assert (error.status_code, error.body["message"]) == (status, "What happened.")


def test_every_error_is_one_of_ours():
    """One base catches everything that this library raises on purpose."""
    raised = [getattr(errors, name) for name in errors.__all__ if name[0].isupper()]
    assert len(raised) >= 13
    assert all(issubclass(each, pegasus_classify.ClassifyError) for each in raised)


@pytest.mark.parametrize("status", [502, 503, 504])
def test_every_status_from_500_is_an_internal_server_error(status):
    """The old SDK knew one class for all of them and kept the status."""
    error = errors.error_of_status(status, "Down.")
    assert type(error) is errors.InternalServerError
    assert error.status_code == status
