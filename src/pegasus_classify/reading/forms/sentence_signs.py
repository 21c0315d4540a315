"""Words and marks by which a sentence says yes, no or perhaps, and where one ends; data of `statements`."""

from __future__ import annotations

import re

__all__ = [
    "AGAIN",
    "ALL_OF_THEM",
    "BUT",
    "CLAUSE",
    "COMES_BACK",
    "COMMA",
    "DISREGARDED",
    "ENDED_THEN",
    "FOREIGN",
    "FOR_ALL",
    "HEDGE",
    "INSTEAD",
    "ITS_TIME",
    "JOINER",
    "LAST_WORD",
    "NAMED_FOR",
    "NEXT_WORD",
    "NONE_OF_THEM",
    "NOTHING",
    "NO_AFTER",
    "NO_BEFORE",
    "NTH",
    "NTH_BEFORE",
    "OFFER",
    "PARENTHESES",
    "PRONOUN",
    "QUOTING",
    "REJECTED",
    "RESPECTIVELY",
    "SENTENCE",
    "SLIP",
    "SO_NOT",
    "STANDS_FOR",
    "STATED_BEFORE",
    "STATED_BEHIND",
    "SURENESS",
    "TAKEN_BACK",
    "TAKEN_UP",
    "TAKEN_UP_INSIDE",
    "TURN",
    "UNTIL",
    "UNTRUSTED",
    "WITHDRAWN",
    "WORDS",
]

SENTENCE = re.compile(
    r"(?<=[.!?])(?<!\bi\.e\.)(?<!\be\.g\.)(?<!\bapprox\.)(?<!\bca\.)(?<!\bvs\.)"
    r"[\"')*_]{0,3}\s+(?=[^\s\da-z\u2010-\u2015-])|[\u3002\uff01\uff1f\uff1b]|"
    r";\s(?!(?:it|they) (?!is (?:an?|the)\b))|\n"
)
NO_BEFORE = re.compile(
    r"\b(?:no|not|never|nothing(?! (?:else|happens|but))|without|neither|nor|cannot|none of|absence of|lack of|"
    r"rather than|instead of|"
    r"excluding|except|kein\w*|"
    r"nicht|sans|pas de|sin|ni)\b[^.:]{0,40}$|n['\u2019]t\b[^.:]{0,40}$|\u6ca1\u6709[^\u3002]{0,6}$|"
    r"\u0648?(?:\u0644\u0627|\u0644\u0645) [^\u060c.]{0,30}$",
    re.IGNORECASE,
)
BUT = re.compile(
    r",\s+(?:(?:and )?so\s+)?(?:i|we|it|he|she|they|there|this|that|please|so)\b|\b(?:but|however|although|though|"
    r"only|instead|sondern|mais|pero|sino)\b",
    re.IGNORECASE,
)
NOTHING = re.compile(
    r"\b(?:no|not|nothing|nobody|none|without|neither|never|kein\w*|nicht|ning\u00fan|ninguna|aucun\w*|pas)\b|"
    r"n['\u2019]t\b",
    re.IGNORECASE,
)
"""Words by which a sentence may say no to something."""
STATED_BEHIND = re.compile(
    r"\W*(?:(?:is|are|was|were)\s+(?:(?:also|both|clearly|briefly|definitely|indeed|certainly|again|very much|all)\s+)*"
    r"(?:present|visible|shown|seen|found|detected|there|identified|heard|audible|featured|depicted|evident|"
    r"included|in (?:the|this) (?:video|clip)|applicable|covered|discussed|"
    r"the (?:main|primary|dominant|central|only|best|most|first|second|third|other|right))\b|"
    r"(?:(?:both|also|clearly|briefly|all|only|definitely|certainly|indeed|again)\s+)*"
    r"(?:appears?|occurs?|applies|apply|comes? up|shows? up|happens?|takes? (?:place|up)|fits?|matche?s?|"
    r"can (?:be|clearly be|also be) (?:seen|found|heard|observed|identified|detected))\b)",
    re.IGNORECASE,
)
STATED_BEFORE = re.compile(
    r"\b(?:shows?|showing|contains?|depicts?|depicting|features?|featuring|includes?|sees?|finds?|found|detect(?:s|"
    r"ed)?|"
    r"identif(?:y|ies|ied)|spot(?:ted)?|observed?|notice|noticed|(?:is|are|all|mostly|mainly|entirely) about|"
    r"match(?:es)?|fits?|corresponds? to|represents|focus(?:es|ed)? on|belongs? to|falls? (?:under|into)|"
    r"class(?:ified|ify|ed) (?:\w+ ){0,3}?as|"
    r"count(?:s|ed)? (?:it |this )?as|"
    r"qualif(?:y|ies) as|(?:label|call|tag|rate|mark)(?:l?ed)? (?:it|this|that)(?: video| clip)?(?: as)?|"
    r"label(?:l?ed)? as|performing|doing|playing|practi[cs]ing|there (?:is|are)|"
    r"there['\u2019]s|so (?:does|do|is|are)|this is|it is|it['\u2019]s|that is|that['\u2019]s|"
    r"(?:class|topic|category|label|exercise|activity|match|one|theme|subject|event|sport|action|genre) is|"
    r"compet\w+ in|engaged in|taking part in|go with|(?:focus|time|attention|cent(?:er|re)[sd]?|"
    r"concentrates?|is|are|all|mostly|mainly) on|assign(?:ed)?|add|confirm(?:ed)?)\s+"
    r"(?:(?:as|an?|the|some|both|also|clearly|of|only|two|three|several|multiple|athlete|person|man|woman|people|"
    r"someone|"
    r"performing|doing|playing)\s+){0,4}\W{0,3}$",
    re.IGNORECASE,
)
"""How a sentence states a name without a time, before it and behind it."""
OFFER = re.compile(r"\b(?:(?:i|we) (?:will|can|could|would be|shall)|please|upload|share|once you)\b", re.IGNORECASE)
"""What belongs to an offer, not to an answer."""
NAMED_FOR = re.compile(r"\W*(?:for|on|in|to)\W+(?:(?:the|both|all)\s+)?", re.IGNORECASE)
"""What stands between a confidence and the name it is told of: "95 for Squat"."""
ENDED_THEN = re.compile(
    r"\W*(?:(?:and|it|this|that|they|the|he|she|which|then|part|scene|moment|activity|action|stretch|"
    r"segment)\s+)*(?:ends?|ended|end time|ending|stops?|stopped|"
    r"is over|is out of \w+|lasts? until|goes on until|continues? until|until|finishes|finish|is gone|keeps at it "
    r"until|"
    r"keeps going until|goes until)\b",
    re.IGNORECASE,
)
"""How a sentence begins that tells when something ended."""
UNTIL = re.compile(r"\b(?:until|till|up to)\s+(?:(?:about|around|roughly)\s+)?(?=\d)", re.IGNORECASE)
ITS_TIME = re.compile(r"\W*(?:it|this|that|he|she|they|which)\b[^.;:,]{0,40}?\d", re.IGNORECASE)
"""How a sentence begins that tells a time of what the one before named."""
TURN = re.compile(r"[,;]\s(?:and|but|then|with|while)\b|[,;]\s|\sand\s", re.IGNORECASE)
"""Where a sentence may turn to something else."""
COMES_BACK = re.compile(
    r"\b(?:comes? back|returns?|reappears?|(?:is|are) back|once more|(?:seen|shown|there|visible|appears?|occurs?|"
    r"happens?) again|"
    r"again (?:at|from|between))\b",
    re.IGNORECASE,
)
"""How a sentence says that the class of the one before is there once more."""
DISREGARDED = re.compile(r"\b(?:disregard|please ignore|strike|scratch|retract)\s+(?:the |my )?", re.IGNORECASE)
"""Words by which an answer takes back one of its entries."""
NONE_OF_THEM = re.compile(
    r"\W*(?:but |however,? )?(?:none|neither|not one|not a single one) of (?:them|these|those|the (?:\w+ "
    r")?(?:classes|labels|categories|above))\b",
    re.IGNORECASE,
)
"""How a sentence begins that denies all that was listed before it."""
STANDS_FOR = re.compile(r"\b(?:it|they|this|that|these|those)\b", re.IGNORECASE)
NTH = re.compile(
    r"\W*(?:for|on|in) (?:the )?(?P<which>first|1st|former|second|2nd|latter|third|3rd|fourth|4th|fifth|last)\b|"
    r"\W*(?:pour le|pour la|f\u00fcr den|f\u00fcr die|f\u00fcr das|para el|para la) "
    r"(?P<foreign>premi\w+|erste\w*|primer\w*|second\w*|deuxi\w+|zweite\w*|segund\w+)",
    re.IGNORECASE,
)
"""What stands behind a confidence that is told of one of several clips."""
NTH_BEFORE = re.compile(
    r"\b(?P<which>first|former|second|latter|third|fourth|fifth|last)(?: (?:one|clip|segment|incident|stretch|"
    r"part))?,?\s"
    r"(?:(?:at|with|is|as|a|about|around|roughly|gets)\s){0,3}$",
    re.IGNORECASE,
)
"""What stands before such a confidence: "the first at 97% and the second at 90%"."""
REJECTED = re.compile(
    r"(?:[,;:]|\bbut|\band)\s+(?:so\s+|hence\s+|therefore\s+)?(?:no|not|nothing)\W*$|"
    r"\bbut (?:it|that|this|they|he|she|there) (?:plays?|has|have|is|are|does|do|was|were|did|had)\b.{0,30}?"
    r"(?:\b(?:no|not|nothing|never)\b|n['\u2019]t\b)|"
    r"\b(?:which|so (?:it|this|that)) (?:is|was|does|did|has)(?: not|n['\u2019]t)\b|"
    r"\b(?:yet|but|so)\b[^.;]{0,100}(?:does|do|can|did)(?: not|not|n['\u2019]t) (?:apply|count|qualify|fit|belong)\b",
    re.IGNORECASE,
)
"""How a sentence takes back at its end what it named."""
NO_AFTER = re.compile(
    r"^[\s*_`\"')\]]*[\u2600-\u273f\u2750-\u27bf\U0001f300-\U0001faff\ufe0f ]{0,6}"
    r"[:\-\u2013\u2014=|>\u2192\u21d2\u27a1\ufe0f\u203a\u00bb\U0001f449]*\s*(?:(?:is|are|was|were|do|"
    r"does|did|has|have|could|can|been|be|"
    r"also|it|clearly|to|ist|wird|sind|est|kommt|kommen|remained|remains|stays?)\s+)*"
    r"(?:not\b|never\b|absent|no\b(?!\.\s?\d)|n\u00e3o\b|none\b|nothing|n/a|nope|false\b|\u2717|\u2718|\u274c|"
    r"\u274e|\u00d7|nicht\b|"
    r"undetected|missing|unlikely|withdrawn|retracted|removed|"
    r"rejected|ruled out|out\b(?! of)|dismissed|discarded|excluded|cannot|0\s?%|0 (?:clips?|segments?|match(?:es)?|"
    r"occurrences?|"
    r"instances?|times?)\b|\u672a|\u6ca1\u6709|\u65e0|\u306a\u3057|"
    r"(?:\u306e[^\s\u3002\u3001]{1,4})?[\u306f\u304c\u3082]\s?(?:\u898b\u3064\u304b\u308a\u307e\u305b\u3093|\u3042\u308a\u307e\u305b\u3093|"
    r"\u767b\u5834\u3057\u307e\u305b\u3093|\u78ba\u8a8d\u3067\u304d\u307e\u305b\u3093)|"
    r"\uc5c6\uc74c|isn['\u2019]t|"
    r"aren['\u2019]t|wasn['\u2019]t|don['\u2019]t|doesn['\u2019]t|didn['\u2019]t|weren['\u2019]t)",
    re.IGNORECASE,
)
HEDGE = re.compile(
    r"\b(?:might|(?-i:may)|could(?! (?:also |clearly |only )?(?:identify|see|find|spot|make out|detect|observe|"
    r"confirm)\b)|maybe|perhaps|whether|if|would (?:be|have)|considered|rejected|ruled out|"
    r"first impression|"
    r"in my (?:first|earlier|previous|initial) (?:answer|reply|response|pass|notes?)|i (?:wrote|said) (?:earlier|"
    r"before|that)|"
    r"(?:is|was|were|are) (?:expected|promised|predicted|forecast)\b|possibly\b|"
    r"initially (?:thought|labell?ed|seem|look|appear|guess|class|took)\w*|at first (?:glance|sight|look|i\b|"
    r"thought|it (?:seem|look))|"
    r"(?:previous|other|another|earlier|different) (?:video|clip|recording|episode)|"
    r"not (?:count|included?)|unsure|unclear|ignore|example|e\.g|for instance)\b|\?\s*$",
    re.IGNORECASE,
)
QUOTING = re.compile(
    r"\b(?:says|said|saying|(?<!should )(?<!please )(?<!she )(?<!he )(?<!they )(?<!who )reads?|(?<=\w )reading|"
    r"(?:sign|banner|caption|subtitle|poster|"
    r"title card|slide|overlay)s? "
    r"(?:that |which )?(?:reads?|says?|shows?|with|stating|announc\w+)|lyrics?|"
    r"quote[sd]?|"
    r"written|screen shows)\b",
    re.IGNORECASE,
)
RESPECTIVELY = re.compile(
    r"\b(?:respectively|in that order|the former\b.{0,80}\bthe latter|in this order|beziehungsweise|respectivamente|"
    r"respectivement)\b",
    re.IGNORECASE,
)
JOINER = re.compile(
    r"[\s,/&+*_`\"']*(?:\b(?:and|or|nor|und|oder|et|ou|y|o|any|no)\b)?(?:\s+(?:an?|the|also|of)\b)*[\s*_`\"']*|"
    r"[\s\u3001]*",
    re.IGNORECASE,
)
TAKEN_BACK = re.compile(
    r"^\W*(?:scratch that|strike that|correction|corrected|that (?:was|is) (?:wrong|a mistake|incorrect)|"
    r"i was wrong|actually\b|"
    r"no,|wait\b|hold on|on (?:a )?(?:second|closer) (?:look|thought)|sorry\b|apologies|let me correct|"
    r"rather[, ]|i mean\b|"
    r"to correct)",
    re.IGNORECASE,
)
"""How a sentence begins that takes back what was said before."""

SLIP = re.compile(
    r"\b(?:sorry|i mean|i meant|correction|scratch that|make that|should (?:read|be|say)|no, (?:that|it)|"
    r"or rather|actually)\b",
    re.IGNORECASE,
)
WITHDRAWN = re.compile(
    r"\b(?:took (?:it|this|that|them|the \w+(?: \w+)?)?\b.{0,60}\bfor\b|(?:is|are|was) withdrawn|"
    r"(?:at )?first (?:glance|sight|thought|took|seemed|looked)|thought (?:there|it|this|that)|turns? out|"
    r"(?:does|do|did)(?: not|n['\u2019]t) (?:count|qualify|belong)|not (?:be )?counted|"
    r"(?:looks?|looked|seems?|seemed|appears? to be) (?:like )?.{0,60}\bbut\b|but (?:it|that|this) (?:is|"
    r"was)(?: not|n['\u2019]t))",
    re.IGNORECASE,
)
"""What is said of a class and not meant."""
INSTEAD = re.compile(
    r"(?:looks?|looked|seems?|seemed|appears?|glance|sight|mistaken|mistook|took|thought)\b.{0,100}"
    r"(?:\bbut (?:.{0,60}\s)?|[,:;] )"
    r"(?:it|this|that|he|she)(?:['\u2019]s| is| was)\b(?! not)",
    re.IGNORECASE,
)
"""Behind it stands what is meant in the place of what was named before: "looks like a truck, but it is a bus"."""
SO_NOT = re.compile(r"^\W*(?:so|hence|therefore|thus)?,?\s*(?:no|not present|none)\W*$", re.IGNORECASE)
SURENESS = re.compile(
    r"confiden|certain|\bsure\b|score|likelihood|probab|rating|out of|/\s?100?\b|i['\u2019]d say", re.IGNORECASE
)
COMMA = re.compile(r",\s+(?![^()]{0,200}\))")
ALL_OF_THEM = re.compile(r"^\W*(?:all|both|each|every one|everything)\b", re.IGNORECASE)
FOR_ALL = re.compile(
    r"\b(?:for|in) (?:all|both|each|every)\b|\b(?:is|are|were) (?:both|all)\b|\b(?:category|class|label)? as a "
    r"whole\b|\beach of (?:them|these)\b|"
    r"\beach time\b|[(,]\s?(?:both|all)\b|\bboth times\b",
    re.IGNORECASE,
)
AGAIN = re.compile(
    r"^\W*(?:(?:and|then|also|again|later|the|a|an)\s+){0,3}(?:second|third|fourth|next|another|other|last|final|"
    r"again|once more|"
    r"2nd|3rd)\b",
    re.IGNORECASE,
)
"""How a sentence begins that tells of one more stretch of the same class."""
CLAUSE = re.compile(
    r",\s+(?:and|but|while|whereas|then)\s|\s(?:and|und|et|y|e)\s|\s(?:while|"
    r"whereas)\s",
    re.IGNORECASE,
)
TAKEN_UP = re.compile(
    r"^\W*(?:it\b|that\b|this\b|these\b|they\b|i(?:['\u2019]d|['\u2019]ll)? (?:count|class|label|report|mark|"
    r"assign|would|tag|"
    r"call|take|consider|file)|counts? as|class(?:ified)?\b|thus\b|hence\b|therefore\b|which\b|so\b)",
    re.IGNORECASE,
)
"""How a sentence begins that says what the stretch of the one before was."""

TAKEN_UP_INSIDE = re.compile(
    r"\b(?:which|so this|so that|so it|this|that) (?:makes (?:it|this|that)|is why (?:it|this|that) is)\s+(?:an?|"
    r"the)\b|"
    r"\b(?:so )?(?:that|this) (?:segment|part|stretch|scene|clip|range|interval) is\b|\bmaking (?:it|this) an?\b",
    re.IGNORECASE,
)
"""How a sentence says at its end what the stretch of the one before was."""
PRONOUN = re.compile(
    r"^\W*(?:it|they|this|these|the (?:clip|class|scene|segment|action|event)|starts?|start time|begins?|"
    r"from|time(?:stamp)?s?|"
    r"confidence|between|at|conf\.?|timestamps?)\b",
    re.IGNORECASE,
)
PARENTHESES = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
UNTRUSTED = re.compile(r"\S*|\s*(?:[-\u2010-\u2015~\u2192]+>?|to|until|and|till)\s*\S*", re.IGNORECASE)
WORDS = re.compile(r"[^\W\d_]+(?:['\u2019][^\W\d_]+)?")
LAST_WORD = re.compile(r"([^\W_][\w'\u2019]*)[ \t]+[*_]*$")
NEXT_WORD = re.compile(r"[*_]*[ \t]+([^\W_][\w'\u2019]*)")
_NOT_ASKED = (
    r"(?:an?\s+|the\s+)?(?!(?:It|They|This|Then|Later|The|From|At|Between|And|Also|After|Before|In|On|Seen|Shown|Time|"
    r"Times|Start|End|Clip|Confidence|Again|Both|Although|While|When|That|First|Finally|Next|Around|About|During|"
    r"Starting|I|We|Here|There|Yes|Von|De|Du|Da|Ab)\b)[A-Z][\w'-]*(?:\s+[\w'-]+){0,4}\s*"
)
FOREIGN = re.compile(
    rf"(?:^|[,;]\s+|\band\s+){_NOT_ASKED}(?:\bfrom\b|\bat\b|\bbetween\b|:|\()|"
    rf"\d\s*\|\s+(?!(?:Visual|Conversation|Text|Logo)\b){_NOT_ASKED}[@=\u2192-]?\s*$"
)
"""A name that was not asked and begins what is told of it; behind a bar it needs no word before its time."""
