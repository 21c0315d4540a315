"""Pages that people look at.

Law of this folder: it draws what it is given and decides nothing. A page is one file that asks no network for anything;
every text from outside goes through Jinja's escaping or through `textContent`.
"""

__all__: list[str] = []
