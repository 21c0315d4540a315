"""Where asks, answers and pages are kept.

Law of this folder: it knows keys, states and texts, never a class or a legacy body.
"""

__all__: list[str] = []
