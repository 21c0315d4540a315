"""Who may know whom: the layers of the package, as data.

A folder or file imports only from lower numbers. Inside the first number there is an order too: `errors` knows
nothing, `contract` only `errors`, the rest of that number both.
"""

from __future__ import annotations

__all__ = [
    "APART",
    "FORBIDDEN_FILE_NAMES",
    "FOR_TYPES_ONLY",
    "LAYERS",
    "LIBRARIES",
    "LOADED_LATE",
    "MAY_IMPORT_THE_APART",
    "OPTIONAL",
    "PACKAGE",
    "PURE_BELOW",
    "READS_FILES",
    "STRANGERS",
]

PACKAGE = "pegasus_classify"

LAYERS: dict[str, tuple[int, int]] = {
    "errors": (1, 0),
    "contract": (1, 1),
    "steps": (1, 2),
    "settings": (1, 2),
    "models": (1, 2),
    "prices": (1, 2),
    "package_files": (1, 2),
    "legacy": (2, 0),
    "prompting": (2, 0),
    "pegasus": (2, 0),
    "reading": (2, 0),
    "scoring": (2, 0),
    "paging": (2, 0),
    "recordings": (2, 0),
    "compare": (2, 0),
    "rollout": (2, 0),
    "planning": (3, 0),
    "judging": (3, 0),
    "runs": (4, 0),
    "carrying": (4, 0),
    "drivers": (5, 0),
    "stores": (5, 0),
    "client": (6, 0),
    "sdk": (7, 0),
    "server": (7, 0),
    "report": (7, 0),
    "calibrate": (7, 0),
    "eject": (7, 0),
    "doctor": (7, 0),
    "testing": (7, 0),
    "on_ray": (7, 0),
    "twelvelabs": (7, 1),
    # The package's own face gathers names of the layers below it; only the command line may use it from inside.
    "": (7, 2),
    "cli": (8, 0),
}
"""First part of a module's name below the package → its place."""

APART = ("emulator", "codemod")
"""Import nothing of ours outside their own folder."""

MAY_IMPORT_THE_APART = ("testing", "cli")

PURE_BELOW = 5
"""Layers under this number do no IO."""

READS_FILES = ("package_files",)
"""The one exception to that."""

LIBRARIES: dict[str, tuple[str, ...]] = {
    "httpx": ("drivers", "client", "sdk"),
    # The engine of httpx, and installed with it: `drivers` gives it the bytes.
    "httpcore": ("drivers",),
    "pydantic": (
        "contract.request",
        "legacy",
        "settings",
        "recordings",
        "rollout",
        "client.request_body",
        "client.result",
        "emulator",
    ),
    "pydantic_core": ("client.result",),
    "jinja2": ("prompting", "report"),
    "typer": ("cli",),
    "rich": ("cli",),
    "tomli": ("cli",),
    "sqlalchemy": ("stores",),
    "psycopg": ("stores",),
    "starlette": ("server", "emulator"),
    "uvicorn": ("server", "emulator"),
    "numpy": ("compare", "calibrate"),
    "scipy": ("compare",),
    "sklearn": ("calibrate",),
    "libcst": ("codemod",),
    "botocore": ("drivers",),
    "ray": ("on_ray",),
    "twelvelabs": ("sdk", "twelvelabs"),
}
"""Library → the modules, or folders, that may import it. What is not listed here is imported nowhere."""

FOR_TYPES_ONLY = frozenset({"typing_extensions"})
"""No dependency of ours: only a type checker may see it."""

OPTIONAL = frozenset(set(LIBRARIES) - {"httpx", "pydantic", "jinja2"})
"""Come with an extra, or are loaded late by httpx itself, so they may be imported inside a function."""

LOADED_LATE = ("client.account", "client.rollout", "client.routing", "client.run_log", "drivers.proxied")
"""Modules of ours that a function may load: with them comes most of what there is to load, and many programs import
a name long before they use it, or never."""

STRANGERS: dict[str, tuple[str, ...]] = {
    "planning": ("contract.evidence", "steps"),
    "prompting": ("contract.evidence", "contract.result", "steps"),
    "pegasus": ("contract.request", "contract.evidence", "contract.verdicts"),
    "reading": ("models", "settings", "steps"),
    "scoring": ("contract.asks", "steps", "settings"),
    "paging": ("contract.evidence", "contract.asks", "steps", "settings"),
    "carrying": (
        "contract.request",
        "contract.evidence",
        "contract.pages",
        "legacy",
        "prompting",
        "reading",
        "scoring",
    ),
    "drivers": ("contract.request", "contract.evidence", "legacy", "prompting", "reading", "scoring", "planning"),
    "stores": ("contract.request", "contract.evidence", "legacy", "prompting", "reading", "scoring", "planning"),
}
"""What a folder must not know although it stands lower."""

FORBIDDEN_FILE_NAMES = frozenset(
    {"base", "bases", "common", "helper", "helpers", "misc", "shared", "type", "types", "util", "utils"}
)
"""A name that is hard to find means that the code is in the wrong folder."""
