"""Calls of the Classify API and their answers, kept as text: the format, what is removed, what can be imported.

Law of this folder: text in, calls out, and the other way round. It opens no file, asks nobody, and never decides what
an answer means; a call is kept as it was made, without whatever could open an account.
"""

__all__: list[str] = []
