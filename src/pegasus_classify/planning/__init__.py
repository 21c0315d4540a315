"""What is asked about a request's videos, and what that costs.

Law of this folder: the words depend on request, model and prompt version, never on the video; the same request in
another order is the same plan. It knows no HTTP, dialect or threshold, and of an answer only what was read from it.
"""

__all__: list[str] = []
