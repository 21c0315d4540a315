"""What happens to one request and to one video, as generators that know no socket, store or thread.

Law of this folder: it joins planning, reading and judging with the asks that `carrying` carries.
"""

__all__: list[str] = []
