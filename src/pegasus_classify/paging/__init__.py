"""Pages of an answer and the tokens that name them.

Law of this folder: it cuts a list whose items it does not look into; it knows no store and no clock. Random bytes and
the present moment are arguments.
"""

__all__: list[str] = []
