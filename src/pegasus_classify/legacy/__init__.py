"""The deprecated Classify API as it was spelled: requests, answers, addresses and errors, read and written.

Law of this folder: it knows nothing of Pegasus and of prompts. It imports `errors`, `contract`, `models`, `settings`
and itself. One table-driven reader and writer serves every generation; a version is a table of its differences.
"""

__all__: list[str] = []
