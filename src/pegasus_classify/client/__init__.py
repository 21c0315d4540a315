"""The Python faces: one raw call in `handle`, and the old SDK's methods on top of it.

Law of this folder: no rule of classification is decided here, and every question to the outside that `handle` has
is a value it yields. Only `account` and the two classifiers touch the environment, threads or sockets.
"""

__all__: list[str] = []
