"""`install()`: the current SDK gets its `client.classify` back, in place."""

from __future__ import annotations

import sys
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TYPE_CHECKING, Any

from pegasus_classify.client.choices import Choices
from pegasus_classify.sdk.clients import AsyncClientClassify, ClassifyAttribute, ClientClassify, arguments_of
from pegasus_classify.sdk.installed import installed_sdk
from pegasus_classify.sdk.names import error_names, legacy_modules

if TYPE_CHECKING:
    # Only annotations need it, and it would be a dependency of its own.
    from typing_extensions import Unpack

    from pegasus_classify.settings import Settings

__all__ = ["install", "uninstall"]


@dataclass
class _Installation:
    """What was put where, so that it can be taken away again.

    Attributes:
        choices: Arguments for classifiers made from now on.
        attributes: Owner, name and value of everything added; nothing is ever replaced.
        modules: Full names of the modules added.
    """

    choices: dict[str, Any]
    attributes: list[tuple[Any, str, Any]] = field(default_factory=list)
    modules: list[str] = field(default_factory=list)

    def put(self, owner: Any, name: str, value: Any) -> None:
        """Add an attribute, unless there is one of that name."""
        if name not in vars(owner):
            setattr(owner, name, value)
            self.attributes.append((owner, name, value))

    def put_module(self, name: str, module: ModuleType) -> None:
        """Add a module and its name in its parent; one that is there gets the names it lacks."""
        there = sys.modules.setdefault(name, module)
        if there is module:
            self.modules.append(name)
        else:
            self._complete(there, vars(module))
        parent, _, last = name.rpartition(".")
        self.put(sys.modules[parent], last, there)

    def _complete(self, module: ModuleType, names: Mapping[str, Any]) -> None:
        for name, value in names.items():
            if not name.startswith("_"):
                self.put(module, name, value)

    def take_away(self) -> None:
        """Remove everything that is still as it was put."""
        for owner, name, value in reversed(self.attributes):
            if vars(owner).get(name) is value:
                delattr(owner, name)
            if isinstance(value, ClassifyAttribute):
                value.forget()
        for name in self.modules:
            sys.modules.pop(name, None)


_lock = threading.RLock()
_present: list[_Installation] = []


def install(*, settings: Settings | None = None, **choices: Unpack[Choices]) -> None:
    """Give the installed SDK's clients their `classify` back, those that exist already included.

    `twelvelabs.TwelveLabs` gets the old `classify`, `twelvelabs.AsyncTwelveLabs` its asynchronous twin; both use the
    client's own key, address and time-out. Names that old programs import resolve again: `twelvelabs.APIStatusError`,
    `twelvelabs.RateLimitError`, `twelvelabs.models.ClassifyPageResult` and their like. Nothing that the SDK has is
    replaced. A second call changes nothing but the settings of clients whose `classify` was not used yet.

    Args:
        settings: How to classify.
        **choices: See `Choices`; they go before `settings`, and a client's own key and address before both.

    Raises:
        ImportError: The SDK is not installed, or older than 1.0; the message names the extra.
    """
    sdk = installed_sdk()
    given = {**choices, "settings": settings}
    with _lock:
        if _present:
            _present[0].choices.clear()
            _present[0].choices.update(given)
            return
        _present.append(_installed(sdk, given))


def uninstall() -> None:
    """Take away everything that `install` added; without `install` nothing happens.

    Results that are still in use can fetch their further pages.
    """
    with _lock:
        for each in _present:
            each.take_away()
        _present.clear()


def _installed(sdk: ModuleType, given: dict[str, Any]) -> _Installation:
    done = _Installation(given)
    for owner, kind in ((sdk.TwelveLabs, ClientClassify), (sdk.AsyncTwelveLabs, AsyncClientClassify)):
        done.put(owner, "classify", _attribute(kind, sdk, given))
    for name, error in error_names(sdk).items():
        done.put(sdk, name, error)
    for name, module in legacy_modules(sdk).items():
        done.put_module(name, module)
    return done


def _attribute(kind: Any, sdk: ModuleType, given: Mapping[str, Any]) -> ClassifyAttribute:
    return ClassifyAttribute(lambda client: kind(sdk, **arguments_of(client, given)))
