"""Words and signs by which times in running text belong together, begin and end; data of `spotted`."""

from __future__ import annotations

import re

__all__ = [
    "AND",
    "BEGUN",
    "BEHIND_NAME",
    "BETWEEN",
    "BRACKET",
    "CHAIN",
    "COMMA",
    "ENDED",
    "FIRST",
    "FROM",
    "JOIN",
    "LAST",
    "LASTING",
    "LATER",
    "LENGTH",
    "LENGTH_KEY",
    "MINUTES",
    "MINUTE_FIRST",
    "NAME",
    "ODD",
    "OF_THE_VIDEO",
    "ONE_UNIT",
    "ONLY_END",
    "ONWARDS",
    "OVER",
    "REST",
    "SCORE",
    "SINCE",
    "STOPS",
    "TOLD_EXACTLY",
    "UNIT_FIRST",
    "WHOLE",
    "WHOLE_MINUTES",
]

JOIN = re.compile(
    r"\s*[)\]]?(?:\s+in\b)?\s*(?:-{1,3}>?|=>|[\u2192\u279c\u2794\u27a1\u27f6]|[\u2500\u2501]{1,40}[>\u25ba\u25b6\u25b8]?|[\u25ba\u25b6\u25b8]|"
    r"[\u2010-\u2015\u2212~\u301c\uff5e]|\.{2,3}|\u2026|(?:,\s*)?\b(?:back to|to|"
    r"until|till|through|thru|up to|bis|"
    r"hasta|a|al|ao|aos|\u00e0s|jusqu'\u00e0)\b(?:\s+about)?|\u00e0|\u304b\u3089|\u5230|\u81f3|\uc5d0\uc11c|"
    r"\u0625\u0644\u0649|\u0938\u0947|\u043f\u043e|\u0434\u043e|\u043f\u043e|\ubd80\ud130|"
    r",?\s*(?:and|und)?\s*(?:it\s+|then\s+)?\b(?:ends?|ending|stops?|stopping|finish(?:es|ing)?|is over|goes on|lasts?|"
    r"lasting|continu(?:es|ing)|going on|running on)\b\s*"
    r"(?:at|until|to|till|by|for|around|about)?[\s:]*)\s*(?:(?:roughly|approximately|nearly|almost|just|shortly|around|"
    r"about|some)\s+(?:before\s+|after\s+)?)?[(\[]?\s*"
    r"(?:\b(?:(?:the|el|der|die|la|le|o|il)\s+)?(?:seconds?|sec|sekunde|secondo|segundo|seconde|minut[eo]s?|time|"
    r"timestamp)\s+|t\s*=\s*|\b(?:the|el|der|die|la|le|o|il)\s+)?",
    re.IGNORECASE,
)
AND = re.compile(
    r"\s*[)\]]?\s*\b(?:and|und|y|et|e)\b\s*[(\[]?\s*(?:(?:the|el|le)\s+)?(?:(?:seconds?|minutes?|segundo)\s+)?",
    re.IGNORECASE,
)
COMMA = re.compile(r"\s*[,;|]\s*")
BETWEEN = re.compile(
    r"\b(?:between|entre|zwischen|tra|fra)\s+(?:(?:the|el|los|las|le|les|der|den|die|i)\s+)?(?:(?:seconds?|minutes?|"
    r"sekunde|"
    r"segundos?)\s+)?[(\[]?\s*$",
    re.IGNORECASE,
)
FROM = re.compile(
    r"(?:\b(?:from|between|von|de|do|dos|das|desde|dal|seconds?|sekunde|seconde|secondo|segundo|start(?:s|"
    r"ing)?(?: at)?:?)\s+|[(\[]\s?)$",
    re.IGNORECASE,
)
BRACKET = re.compile(r"[(\[]\s?$")
ONLY_END = re.compile(r"\b(?:until|till|up to|bis|hasta|at\u00e9|jusqu'\u00e0|fino a)\s+$", re.IGNORECASE)
OF_THE_VIDEO = re.compile(
    r"[- ]?(?:in total|total|overall|altogether|long\b|of (?:footage|screen time|air ?time|material)|each\b|apiece|"
    r"(?:long )?(?:video|clip|recording|film|footage|movie|stream))\b",
    re.IGNORECASE,
)
WHOLE = re.compile(
    r"\b(?:throughout|during|over|across|for)\s+the\s+(?:entire|whole|full|complete)\s+(?:video|clip|footage|film|"
    r"recording)\b",
    re.IGNORECASE,
)
ONE_UNIT = re.compile(r"\b(?P<which>first|last|final) (?P<unit>half minute|minute)\b(?! \d|\s?mark)", re.IGNORECASE)
TOLD_EXACTLY = re.compile(r"\s?[(\[]\s?\d")
LASTING = re.compile(
    r"\bfor\s+"
    r"(?:(?:about|around|nearly|almost|roughly|over|another|some|approximately|circa|more than|less than|at least|"
    r"up to) )?$",
    re.IGNORECASE,
)
ONWARDS = re.compile(r"\s*(?:onwards?|and onwards?|(?:un)?til the (?:very )?end|to the end)\b", re.IGNORECASE)
REST = re.compile(r"\b(?:last|final|rest|remainder|remaining)\b[^.;:\d]{0,40}\bfrom\s+$", re.IGNORECASE)
FIRST = re.compile(r"\bfirst\s+$", re.IGNORECASE)
LAST = re.compile(r"\b(?:last|final)\s+$", re.IGNORECASE)
LENGTH = re.compile(r"\b(?:lasts?|lasting|continu(?:es|ing))\s*(?:for|about|around)?\s*$", re.IGNORECASE)
ODD = re.compile(
    r"(?<=\bsecond)[- ]mark\b|(?<=\bminute)[- ]mark\b|"
    r"(?<=\d)(?:st|nd|rd|th)(?P<unit>\s(?:seconds?|minutes?)\b)?|(?<=\d)-(?=(?:minutes?|seconds?|min|sec)\b)|"
    r"\u7b2c(?=\d)|(?<=\bsec)\.(?=\s*[-\u2010-\u2015])",
    re.IGNORECASE,
)
UNIT_FIRST = re.compile(
    r"\b(?:second|sekunde|segundo|seconde|secondo|"
    r"\u0627\u0644\u062b\u0627\u0646\u064a\u0629)\s(\d{1,6}(?:[.,]\d{1,3})?)(?![\w:]|\s?(?:s|sec|seconds?|sekunden)\b)",
    re.IGNORECASE,
)
MINUTES = re.compile(r"\d\s?m(?:in|\b)", re.IGNORECASE)
MINUTE_FIRST = re.compile(r"\bminute (\d{1,3})\b(?![:.,]\d|\s?(?:min|seconds?|sec|and \d))", re.IGNORECASE)
WHOLE_MINUTES = re.compile(r"\bminutes (\d{1,3}) (and|to|until|-) (\d{1,3})\b(?![:.,]\d)", re.IGNORECASE)
OVER = re.compile(
    r"\b(?:is over|ends?|stops?|finishes|is gone|disappears)\s*(?:about |around |"
    r"roughly )?$",
    re.IGNORECASE,
)
BEGUN = re.compile(
    r"\b(?:having (?:begun|started)|(?:which|it|that) (?:had )?(?:began|begun|started)|after (?:starting|having "
    r"started|beginning)(?: it)?)\s+(?:at|"
    r"from)?\s*$|[(,]\s*(?:beginning|starting|having started)\s+at\s+$",
    re.IGNORECASE,
)
LATER = re.compile(r"\s*(?:later|afterwards)\b", re.IGNORECASE)
SINCE = re.compile(r"^,?\s*(?:beginning|starting|from)\s+(?:at\s+)?$", re.IGNORECASE)
LENGTH_KEY = re.compile(r"\b(?:dur|duration|length|len)\s?[=:]\s?$", re.IGNORECASE)
ENDED = re.compile(
    r"\b(?:goes (?:on )?(?:to|until|till)|running (?:to|until|till|through)|through|until(?: [\w'\u2019,-]+){1,8}? "
    r"(?:at|by|around)|until(?: (?:the|this) (?:video|clip|footage|recording|"
    r"film) (?:stops|ends|is over))?(?: at)?|(?:is|was|"
    r"are) (?:over|out of \w+|done|gone|finished|back \w+ \w+ \w+) (?:at|by)|till|hasta|at\u00e9|bis(?: zu[rm]?)?|"
    r"jusqu'\u00e0|fino a|\u0434\u043e|(?:endet|h\u00f6rt|termina|acaba|finit|"
    r"finisce|s['\u2019]arr\u00eate|se termine|prend fin|cesse)(?: bei| um| en| \u00e0| vers| a| alle| \u00e0s)?|"
    r"(?:ends?|stops?|finish(?:es)?|leaves?|closes?|is over|disappears?|is gone|"
    r"drives off|fades|(?:is |are |was |were )?(?:dropped|complete|completed)|dissolves|wakes up|breaks up|subsides|"
    r"dispers(?:es|ed)|drops|lets? up|wraps? (?:it |this )?up|goes (?:on )?(?:to|until|till)|running (?:to|until|"
    r"till|through)|through|conclud(?:es|ed)|vanish(?:es|ed)?|ceases?|"
    r"ceased|dies down|"
    r"tapers off|clears(?: up)?|(?:wip|clean|clear)(?:es|ed|s) (?:it |them )?(?:up|away)|comes to an end|exits|departs|"
    r"is put away|winds down|is over|is finished|goes away|(?:is )?(?:switched|turned) off)(?: \w+){0,3}?"
    r"(?: at| by| around)|ending at|(?:lasts?|continu(?:es|ing)|goes on|runs?|stays?|remains?|up)(?: until| till|"
    r" to| through))"
    r"(?:\s+(?:about|around|roughly|approximately|nearly|almost|the))?\s*[(\[]?\s*$",
    re.IGNORECASE,
)
SCORE = re.compile(r"\b(?:score|scoreboard|result|lead|leads|ahead|won|win)\w*\s(?:\w+\s){0,2}$", re.IGNORECASE)
CHAIN = re.compile(r"\s*(?:,|;|/|\band\b|&|\+)\s*(?:and\s+)?", re.IGNORECASE)
"""What stands between two of several ranges."""
STOPS = re.compile(
    r";(?! (?:it|that|this|they|she|he)\b)|\n|\b(?:second|next|another|third|also|"
    r"then)\b",
    re.IGNORECASE,
)
BEHIND_NAME = re.compile("\x00[\\s:@=|,\u2013\u2014-]{1,4}(?:at|from)?\\s?$")
NAME = re.compile("\x00+")
