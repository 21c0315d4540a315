"""Which side answers, and when more traffic may move.

Law of this folder: everything is decided here and nothing is done here. Time, texts and evidence are arguments; how a
side is reached, and where decisions are written, is not known.
"""

__all__: list[str] = []
