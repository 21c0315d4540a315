"""How much one request may still use: looked at before every call that could be billed."""

from __future__ import annotations

import json
from dataclasses import dataclass

from pegasus_classify.contract.asks import Answer, Ask
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.pegasus.retrying import GATEWAY_TIMEOUT
from pegasus_classify.prices import PRICES
from pegasus_classify.steps import NoReply, Reply

__all__ = ["Budget", "Use", "most_of"]


@dataclass(frozen=True, slots=True)
class Use:
    """Seconds of video and US dollars, both 0 or more."""

    seconds: Seconds = 0.0
    usd: float = 0.0


def most_of(ask: Ask) -> Use:
    """Return the most that one call for an ask can be billed: its video and as many tokens as it allows."""
    return Use(ask.duration * ask.definitions, PRICES.usd(ask.duration * ask.definitions, ask.max_tokens))


class Budget:
    """What one request may use and what it may already have used.

    A call counts as used in full from the moment it is sent until it is known to have cost less: a refusal gives
    everything back, an answer gives back what it did not need, and a call whose answer never came gives back
    nothing, because the platform may have billed it. So what was really billed is never above `used`.

    Attributes:
        limit: Infinite where there is none.
        used: Never above `limit`.
    """

    def __init__(self, limit: Use) -> None:
        self.limit = limit
        self.used = Use()

    def take(self, use: Use) -> bool:
        """Set aside what a call can cost; False, and nothing set aside, when the limit would be passed."""
        seconds, usd = self.used.seconds + use.seconds, self.used.usd + use.usd
        # A hair of tolerance: the sum of many equal prices may lie above their product.
        if seconds > self.limit.seconds + 1e-6 or usd > self.limit.usd + 1e-9:
            return False
        self.used = Use(seconds, usd)
        return True

    def heard(self, use: Use, outcome: Reply | NoReply) -> None:
        """Give back what was set aside for a call that was surely not carried out."""
        refused = isinstance(outcome, Reply) and outcome.status >= 400 and outcome.status != GATEWAY_TIMEOUT
        unsent = isinstance(outcome, NoReply) and outcome.kind == "connect"
        if refused or unsent:
            self.give_back(use)

    def answered(self, use: Use, answer: Answer) -> None:
        """Give back what an answered ask did not need of the call that answered it."""
        if answer.failure is None and answer.origin == "asked":
            spent = PRICES.usd(answer.billed_seconds, answer.output_tokens)
            self.give_back(Use(use.seconds - answer.billed_seconds, use.usd - spent))

    def give_back(self, use: Use) -> None:
        """Take back what was set aside for a call that was surely not billed."""
        self.used = Use(max(0.0, self.used.seconds - use.seconds), max(0.0, self.used.usd - use.usd))

    def refusal(self) -> Reply:
        """Return what takes the place of the answer to a call that is not made."""
        message = (
            f"The request has used up what it may: {self._limits()}. Raise --budget or --max-hours (budget, "
            "max_hours in code) and send it again; what is answered is kept."
        )
        return Reply(402, {}, json.dumps({"code": "over_budget", "message": message}).encode())

    def _limits(self) -> str:
        parts = []
        if self.limit.usd != float("inf"):
            parts.append(f"{self.limit.usd:.2f} USD")
        if self.limit.seconds != float("inf"):
            parts.append(f"{self.limit.seconds / 3600:g} hours")
        return " and ".join(parts)
