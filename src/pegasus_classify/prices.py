"""What the platform charges, dated, so that a stale list can be seen as such."""

from __future__ import annotations

from dataclasses import dataclass

from pegasus_classify.contract.quantities import Seconds

__all__ = ["PRICES", "PriceList"]


@dataclass(frozen=True, slots=True)
class PriceList:
    """Prices of one day, US dollars.

    Attributes:
        as_of: The day they were read, ISO 8601.
        source: Where they come from.
        video_minute: For one minute of video, each time it is asked about.
        thousand_output_tokens: For 1,000 generated tokens.
    """

    as_of: str
    source: str
    video_minute: float
    thousand_output_tokens: float

    def usd(self, video_seconds: Seconds, output_tokens: int) -> float:
        """Return the price of so many seconds of video and generated tokens, US dollars."""
        return video_seconds / 60 * self.video_minute + output_tokens / 1000 * self.thousand_output_tokens


PRICES = PriceList(
    as_of="2026-06-20",
    source="third-party price pages and application notes of 2026; the platform's own page could not be read",
    video_minute=0.0292,
    thousand_output_tokens=0.0075,
)
