"""From the text a model wrote to evidence: stages that are read one after another, all pure.

What must live here: every rule about how an answer may be written. What this folder may not know: thresholds,
calibration, and which way carried the text. The entry is `read.read`.
"""

from __future__ import annotations

__all__: list[str] = []
