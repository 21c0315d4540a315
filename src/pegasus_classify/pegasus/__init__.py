"""The ways of reaching Pegasus and the platform's lists, as generators of steps.

Law of this folder: it carries asks and nothing more. It knows no class, score, threshold or legacy body, opens no
socket and reads no clock.
"""

__all__: list[str] = []
