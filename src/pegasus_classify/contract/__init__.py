"""What a classification means, in no API version's spelling.

Law of this folder: it knows no version, no HTTP and no prompt; it imports `errors` and itself, nothing else of ours.
"""

__all__: list[str] = []
