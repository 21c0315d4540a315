"""How asks reach the model: claimed before they are sent, recorded before they are told, at the account's pace.

Law of this folder: no thread, no clock, no lock; it sees keys, steps, statuses and headers, never a class or a body.
"""

__all__: list[str] = []
