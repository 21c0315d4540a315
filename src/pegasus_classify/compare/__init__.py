"""Whether two sides answer alike: matching, measures, noise and judgement.

Law of this folder: it does not know how a side was obtained. It is given results and what was asked, does no IO, and
chance comes only from a seed that is an argument.
"""

__all__: list[str] = []
