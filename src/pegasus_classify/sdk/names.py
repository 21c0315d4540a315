"""What old programs import by name from the SDK: errors, models, and where they stood."""

from __future__ import annotations

from collections.abc import Mapping
from types import ModuleType
from typing import Any

from pegasus_classify import errors
from pegasus_classify.client import result
from pegasus_classify.errors import APIStatusError, ClassifyError

__all__ = ["ClassifyClassParams", "error_names", "legacy_modules", "sdk_error"]

_OLD_TO_NEW: Mapping[str, str] = {
    "BadRequestError": "BadRequestError",
    "AuthenticationError": "UnauthorizedError",
    "PermissionDeniedError": "ForbiddenError",
    "NotFoundError": "NotFoundError",
    "ConflictError": "ConflictError",
    "UnprocessableEntityError": "UnprocessableEntityError",
    "RateLimitError": "TooManyRequestsError",
    "InternalServerError": "InternalServerError",
    "APIStatusError": "ApiError",
}
"""An error's name in the SDK 0.1 to 0.3 → its name in the SDK since 1.0, where some versions lack some."""

_ONLY_OLD: Mapping[str, type[ClassifyError]] = {
    "TwelveLabsError": errors.ClassifyError,
    "APIError": errors.ClassifyError,
    "APIConnectionError": errors.APIConnectionError,
    "APITimeoutError": errors.APITimeoutError,
}

_MODELS: Mapping[str, str] = {
    "ClassifyPageResult": "ClassifyPageResult",
    "ClassifyVideoData": "ClassifyVideoData",
    "ClassifyClass": "ClassifyClass",
    "ClassifyClip": "ClassifyClip",
    "ClassifyDetailedScore": "ClassifyDetailedScore",
    "TokenPageInfo": "TokenPageInfo",
    "RootModelList": "Rows",
    "ClassifyResult": "ClassifyPageResult",
}
"""A model's name in the SDK 0.1 to 0.3 → its name here; `ClassifyResult` was what 0.1 gave for named videos."""


class ClassifyClassParams(dict[str, Any]):
    """A class to look for, made as old programs made it: a dict up to SDK 0.2.4, an object with attributes after it.

    Args:
        name: Of the class.
        prompts: 1 to 100.
        options: Instead of the request's.
        conversation_option: Instead of the request's.
    """

    def __init__(
        self,
        name: str,
        prompts: list[str],
        *,
        options: list[str] | None = None,
        conversation_option: str | None = None,
    ) -> None:
        given = {"name": name, "prompts": prompts, "options": options, "conversation_option": conversation_option}
        super().__init__({key: value for key, value in given.items() if value is not None})

    def __getattr__(self, name: str) -> Any:
        """Return a field; None for one that was left out."""
        if name in ("name", "prompts", "options", "conversation_option"):
            return self.get(name)
        raise AttributeError(name)


def error_names(sdk: ModuleType) -> dict[str, type[BaseException]]:
    """Return the old error classes by name, so that `except` clauses catch what `classify` raises.

    Where the installed SDK has an equivalent, the old name means that one: then it also catches what the SDK's other
    calls raise. Names that both generations have keep their meaning.

    Args:
        sdk: The module `twelvelabs`, 1.0 or newer.
    """
    found = {old: _sdk_class(sdk, old) or getattr(errors, old) for old in _OLD_TO_NEW}
    return {**found, **_ONLY_OLD}


def legacy_modules(sdk: ModuleType) -> dict[str, ModuleType]:
    """Return the modules that old programs imported from and the current SDK lacks, by full name."""
    models = ModuleType(f"{sdk.__name__}.models", "The models of the old SDK that belong to classify.")
    for old, ours in _MODELS.items():
        setattr(models, old, getattr(result, ours))
    models.ClassifyClassParams = ClassifyClassParams  # type: ignore[attr-defined]
    models.__path__ = []
    of_classify = ModuleType(f"{models.__name__}.classify", models.__doc__)
    of_classify.__dict__.update({name: value for name, value in vars(models).items() if not name.startswith("_")})
    models.classify = of_classify  # type: ignore[attr-defined]
    exceptions = ModuleType(f"{sdk.__name__}.exceptions", "The errors of the old SDK.")
    exceptions.__dict__.update(error_names(sdk))
    return {each.__name__: each for each in (models, of_classify, exceptions)}


def sdk_error(error: ClassifyError, sdk: ModuleType) -> ClassifyError:
    """Return an error as one of ours *and* of the installed SDK's, so that either `except` clause catches it.

    Args:
        error: One of ours; anything but an `APIStatusError` has no equivalent and comes back as it is.
        sdk: The module `twelvelabs`.
    """
    if not isinstance(error, APIStatusError):
        return error
    theirs = _equivalent(type(error), sdk)
    if theirs is None or isinstance(error, theirs):
        return error
    kind = _both(type(error), theirs)
    double = kind.__new__(kind, *error.args)
    double.__dict__.update(error.__dict__)
    double.headers = {} if error.retry_after is None else {"retry-after": f"{error.retry_after:g}"}  # type: ignore[attr-defined]
    return double


def _equivalent(ours: type[APIStatusError], sdk: ModuleType) -> type[BaseException] | None:
    named = (each.__name__ for each in ours.__mro__ if each.__name__ in _OLD_TO_NEW)
    return next((found for name in named if (found := _sdk_class(sdk, name)) is not None), None)


def _sdk_class(sdk: ModuleType, old: str) -> type[BaseException] | None:
    new = _OLD_TO_NEW[old]
    place = sdk.core.api_error if new == "ApiError" else sdk
    found: type[BaseException] | None = getattr(place, new, None)
    # A class of ours under that name was put there by `install`; the SDK itself has none.
    return None if found is None or issubclass(found, ClassifyError) else found


def _message(error: APIStatusError) -> str:
    return error.message


_DOUBLES: dict[tuple[type[APIStatusError], type[BaseException]], type[APIStatusError]] = {}


def _both(ours: type[APIStatusError], theirs: type[BaseException]) -> type[APIStatusError]:
    kind = _DOUBLES.get((ours, theirs))
    if kind is None:
        # Without a `__str__` of its own it would show the SDK's, which is a line about headers.
        names = {"__str__": _message, "__doc__": ours.__doc__, "__module__": ours.__module__}
        kind = _DOUBLES.setdefault((ours, theirs), type(ours.__name__, (ours, theirs), names))
    return kind
