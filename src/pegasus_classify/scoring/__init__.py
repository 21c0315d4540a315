"""The numbers of an answer: clip scores, class scores, what a threshold removes, and the order.

Law of this folder: it is handed evidence and hands back numbers on the old API's scale. It has never seen the text
the evidence was read from, the prompt that asked for it, or how many videos stand on a page. Nothing here depends on
the order in which evidence arrives.
"""

__all__: list[str] = []
