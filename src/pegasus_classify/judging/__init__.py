"""From what was read in a video to its result, and from results to the answer of the whole request.

Law of this folder: it joins contract and scoring and adds no number of its own; it does not know where readings come
from, which dialect the answer is written in, or how it is cut into pages.
"""

__all__: list[str] = []
