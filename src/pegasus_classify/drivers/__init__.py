"""The two loops that perform what a schedule says: with threads, or in an event loop.

Law of this folder: it performs steps. It knows no class, no legacy body and no rule of the platform.
"""

__all__: list[str] = []
