"""What a key means, whatever it is called; and what single words in the place of a value mean."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache
from typing import Literal, TypeAlias

from pegasus_classify.contract.request import Option

__all__ = ["Role", "option_heading", "option_of", "role_of", "truth_of"]

Role: TypeAlias = Literal[
    "class", "weak", "start", "end", "time", "length", "confidence", "prompt", "option", "present", "absent",
    "names", "inner", "answer", "text", "echo", "clips", "start_ms", "end_ms", "length_ms", "other",
]  # fmt: skip
"""The place a key gives its value.

`weak`: may hold a class, but is used for many things; `names`: a list of classes, as names or as entries; `inner`:
members that belong to the object around them; `answer`: a string there is the answer itself; `text`: words about the
video or the work, never evidence; `echo`: only a request holds it.
"""

_TABLE: dict[Role, str] = {
    "class": "class \ubd84\ub958 \u0935\u0930\u094d\u0917 "
    "\u0936\u094d\u0930\u0947\u0923\u0940 "
    "\u043a\u043b\u0430\u0441\u0441 \u043a\u0430\u0442\u0435\u0433\u043e\u0440\u0438\u044f "
    "\u540d\u524d \uc774\ub984 clase entity tagname cls primaryclass objectclass identifiedclass "
    "segmentid what lbl "
    "mainclass maincategory predictedclass predictedlabel nom name_of nombre \u540d\u79f0 "
    "\u0627\u0644\u0641\u0626\u0629 categoria categorie kategorie finallabel finalclass finalanswer "
    "correctlabel clase klasse classe \u7c7b\u522b \u7c7b "
    "\u30af\u30e9\u30b9 \ud074\ub798\uc2a4 classid classname classlabel label labelname labelid category "
    "categoryid categoryname "
    "classification classified tag topic theme",
    "weak": "name id art tipo typ type title kind event eventtype activity action object key item sport scene "
    "segmentname",
    "start": "start \u092a\u094d\u0930\u093e\u0930\u0902\u092d "
    "\u0936\u0941\u0930\u0942 "
    "s vons inizio \u043d\u0430\u0447\u0430\u043b\u043e froms t0 starttimeoffset startoffset "
    "beginseconds beginsec firstseen offset inicio "
    "anfangszeit startzeit commence \u0627\u0644\u0628\u062f\u0627\u064a\u0629 starttime from begin "
    "begintime startsec startsecs startsecond startseconds starttimesec "
    "tcin starttimeseconds startat starts tstart timestart timestampstart starttimestamp onset starttimecode intime in "
    "beginning startingtime begins since fromtime "
    "\u5f00\u59cb \u8d77\u59cb \u958b\u59cb \uc2dc\uc791 inicio debut anfang beginn von",
    "end": "end \u0938\u092e\u093e\u092a\u094d\u0924 "
    "\u0905\u0902\u0924 e biss fine \u043a\u043e\u043d\u0435\u0446 tos t1 endtimeoffset endoffset endseconds lastseen "
    "fim endzeit "
    "\u0627\u0644\u0646\u0647\u0627\u064a\u0629 endtime to stop stoptime endsec endsecs endsecond "
    "endseconds endtimesec tcout endtimeseconds endat "
    "ends tend "
    "timeend timestampend endtimestamp until till finish endtimecode outtime out ending endingtime totime through "
    "\u7ed3\u675f \u7d50\u675f \u7d42\u4e86 \ub05d \uc885\ub8cc fin ende bis",
    "time": "time t fromto vonbis timestamp timecode range timerange interval at when moment period timespan "
    "timeinterval "
    "span position "
    "timeframe timeinseconds timestampseconds second seconds timewindow window \u65f6\u95f4 \u6642\u9593 "
    "\uc2dc\uac04",
    "start_ms": "startms startmilliseconds starttimems frommillis startmillis",
    "end_ms": "endms endmilliseconds endtimems tomillis endmillis",
    "length_ms": "durationms lengthms durationmillis durationmilliseconds",
    "length": "duration length durationseconds durationsec lasts runtime runsfor dauer laenge duree duracion durata",
    "confidence": "confidence p fiducia \u0443\u0432\u0435\u0440\u0435\u043d\u043d\u043e\u0441\u0442\u044c "
    "sicurezza confidences scores confidencepct howsure "
    "levelofconfidence surety confianca confiance konfidenz "
    "confidencelevelpercent sureness \u78ba\u4fe1\u5ea6 \u0627\u0644\u062b\u0642\u0629 conf score "
    "probability prob certainty confidencescore likelihood confidencelevel "
    "confidencepercent confidencepercentage relevance relevancescore percent percentage rating matchscore "
    "\u78ba\u4fe1 \u7f6e\u4fe1\u5ea6 \u4fe1\u983c\u5ea6 \uc2e0\ub8b0\ub3c4 confianza vertrauen sicherheit",
    "prompt": "prompt \u043f\u043e\u0434\u0441\u043a\u0430\u0437\u043a\u0430 suggerimento indicacion pista "
    "hinweis indice \u63d0\u793a \u63d0\u793a\u8bcd \u30d7\u30ed\u30f3\u30d7\u30c8 "
    "\ud504\ub86c\ud504\ud2b8 query promptid prompttext matchedprompt promptname subclass subcategory "
    "subtype matchedquery "
    "matched matchedprompttext promptmatched sublabel subject",
    "option": "option beweisart beweis evidencia evidencias tipodeevidencia typedepreuve preuve "
    "\u043f\u0440\u0438\u0437\u043d\u0430\u043a \u0438\u0441\u0442\u043e\u0447\u043d\u0438\u043a "
    "beleg nachweis quelle fuente \u9009\u9879 \u9078\u629e opcion op\u00e7\u00e3o opt \uadfc\uac70 \u6839\u62e0 "
    "\u8bc1\u636e \u4f9d\u636e \u6765\u6e90 modality source channel evidencetype modalities medium basis "
    "sourcetype via "
    "evidencesource evidence where "
    "searchoption options src",
    "present": "present observed identified found ispresent exists appears occurs visible applies match matches "
    "isdetected seen ismatch status "
    "occurrence relevant applicable mentioned detected",
    "absent": "absent negative negatives missing notpresent notfound isabsent",
    "names": "classes \u043a\u043b\u0430\u0441\u0441\u044b clases classi \u30af\u30e9\u30b9\u4e00\u89a7 positive "
    "klassen \u7c7b\u522b\u5217\u8868 labels categories tags classifications "
    "topics detectedclasses detectedlabels classlabels "
    "presentclasses foundclasses matchedclasses",
    "clips": "clips \u043e\u0442\u0440\u0435\u0437\u043a\u0438 "
    "\u0444\u0440\u0430\u0433\u043c\u0435\u043d\u0442\u044b \u043a\u043b\u0438\u043f\u044b spezzoni "
    "trechos fragmentos timeline extraits abschnitte \u7247\u6bb5 \u533a\u9593 minutes entries segments "
    "moments "
    "occurrences timestamps times ranges intervals instances appearances "
    "detections spans "
    "windows timeranges timespans timecodes stretches hits clip segment",
    "inner": "details metadata meta attributes fields info properties timing bounds location values",
    "answer": "data message result results text output response content answer answers completion "
    "a assistant model bot pegasus generatedtext generation outputtext arguments json body value final payload reply",
    "text": "\u601d\u8003\u8fc7\u7a0b \u601d\u8003 \u5206\u6790 \u63a8\u7406 \u7406\u7531 \u8bf4\u660e "
    "\u5907\u6ce8 \u8aac\u660e reason initialanswer firstanswer previousanswer oldanswer reasoning "
    "reasons note notes "
    "description explanation explanations rationale comment comments "
    "onscreen ondisplay transcript transcription quote quotes ocr onscreentext screentext visibletext caption "
    "captions subtitle "
    "subtitles "
    "thought thoughts thinking analysis justification example examples schema draft instruction instructions speech "
    "q why observation observations remark remarks words spokenwords actualspokenwords context draftanswer request "
    "question scratchpad rejected discarded excluded considered ruledout candidatesconsidered falsepositives "
    "notfoundclasses "
    "legend glossary absentclasses notpresentclasses missingclasses summary logo textinvideo videotext spokentext",
    "echo": "videoids videoid indexid threshold thresholds pagelimit includeclips showdetailedscore "
    "conversationoption "
    "prompts $schema properties",
}
_ACCENT = re.compile("[\u0300-\u036f]")
_ROLES: dict[str, Role] = {word: role for role, words in _TABLE.items() for word in words.split()}
_IN_SECONDS = re.compile(
    r"(?<=\w)[_ ]?(?:\((?:s|sec|secs|seconds)\)|\[(?:s|sec|secs|seconds)\]|_(?:s|"
    r"sec|secs|seconds))$",
    re.IGNORECASE,
)
_PLAIN = re.compile(r"[\W_]+")
_LONGEST = 40
"""Characters of a key that may mean anything."""


def role_of(key: str) -> Role:
    """Return what a key means; case, underscores, dashes and spaces count for nothing."""
    known = _ROLES.get(key)
    if known is not None:
        return known
    return "other" if len(key) > _LONGEST else _role_of_variant(key)


@lru_cache(maxsize=4096)
def _role_of_variant(key: str) -> Role:
    """Return what a key means that is in no list as it stands; an answer repeats the few it uses."""
    plain = _ACCENT.sub("", unicodedata.normalize("NFD", _PLAIN.sub("", key).casefold()))
    plain = unicodedata.normalize("NFC", plain)
    role = _ROLES.get(plain) or _misspelt(plain)
    unit = _IN_SECONDS.search(key) if role is None else None
    if unit is not None:
        return role_of(key[: unit.start()])
    if role is None and _ROLES.get(plain.rstrip("0123456789")) == "clips":
        return "clips"
    return role or "other"


_SPELLED = (
    "class", "classes", "confidence", "prompt", "option", "category", "timestamp", "segments", "starttime", "endtime",
    "probability", "label", "labels", "start", "end", "clips", "score",
)  # fmt: skip
_SHORTEST = 6
"""Letters a word needs for one of them to be wrong: shorter words are too near to others ("glass", "class")."""


def _misspelt(word: str) -> Role | None:
    """Return what a key means that is a frequent key with one letter wrong, missing, doubled or swapped."""
    for known in _SPELLED:
        if len(word) == len(known) and word != known and sorted(word) == sorted(known) and _near(word, known):
            return _ROLES[known]  # Two letters swapped: no other word is that near.
        if (
            len(known) >= _SHORTEST
            and abs(len(known) - len(word)) <= 1
            and word[:1] == known[:1]
            and _near(word, known)
        ):
            return _ROLES[known]
    return None


def _near(word: str, known: str) -> bool:
    at = next(
        (number for number, (a, b) in enumerate(zip(word, known, strict=False)) if a != b), min(len(word), len(known))
    )
    rest, wanted = word[at:], known[at:]
    return (
        rest[1:] == wanted[1:]
        or rest[1:] == wanted
        or rest == wanted[1:]
        or (rest[:2] == wanted[1::-1] and rest[2:] == wanted[2:])
    )


_OPTION_WORDS: dict[Option, str] = {
    "visual": "visual visuals visually visible seen see video image images sight picture frame frames visualcontent "
    "imagery scene appearance shown visuel visuelle visuell visivo bild visuell visuel visuelle visivo visuale "
    "\u0432\u0438\u0437\u0443\u0430\u043b\u044c\u043d\u043e \uc2dc\uac01 \u8996\u899a imagen imagem \u753b\u9762 "
    "\u89c6\u89c9 \u6620\u50cf",
    "conversation": "conversation conversations audio speech said spoken dialogue dialog transcript heard voice "
    "conversational talk \u0440\u0435\u0447\u044c \u0430\u0443\u0434\u0438\u043e \uc74c\uc131 parole sprache "
    "gesprochen gespr\u00e4ch habla voz fala discours \u4f1a\u8a71 \u5bf9\u8bdd \u97f3\u58f0 \ub300\ud654 "
    "narration voiceover spokenword spokenwords sound verbal speaking voices",
    "text_in_video": "textinvideo text ocr onscreentext written writing screentext textonscreen caption captions "
    "\ud654\uba74\ud14d\uc2a4\ud2b8 \u753b\u9762\u6587\u5b57 "
    "\u0442\u0435\u043a\u0441\u0442\u043d\u0430\u044d\u043a\u0440\u0430\u043d\u0435 "
    "\u0442\u0435\u043a\u0441\u0442 texte texto schrift \u6587\u5b57 overlay onscreen textoverlay videotext "
    "title texts subtitle subtitles",
    "logo": "logo logos brandlogo",
}
_OPTIONS: dict[str, Option] = {word: option for option, words in _OPTION_WORDS.items() for word in words.split()}
_OPTIONS_EXACT: dict[str, Option] = {option: option for option in _OPTION_WORDS}


def option_of(raw: object) -> Option | None:
    """Return the option a value names; None when it names none or several."""
    if not isinstance(raw, str) or len(raw) > 60:
        return None
    exact = _OPTIONS_EXACT.get(raw)
    return exact if exact is not None else _OPTIONS.get(_PLAIN.sub("", raw).casefold())


_MEANINGS = "video videos image images text texts scene scenes frame frames title titles see seen shown"
_MANY_MEANINGS = frozenset(_MEANINGS.split())


def option_heading(raw: str) -> Option | None:
    """Return the option a title names; None for words that also head other things, such as "Video" or "Scene"."""
    return None if raw.strip().casefold() in _MANY_MEANINGS else option_of(raw)


_YES_WORDS = (
    "yes|true|present|detected|found|y|1|visible|confirmed|si|ja|oui|"
    "\u662f|\u306f\u3044|\u2713|\u2714|\u2705|\u2611|x|[x]"
)
_NO_WORDS = (
    "no|false|absent|none|not present|not detected|not found|not visible|n|0|never|missing|null|n/a|na|"
    "nothing|"
    "not applicable|no evidence|not observed|nein|non|"
    "\uc5c6\uc74c|\u65e0|\u306a\u3057|\u672a\u51fa\u73b0|\u5426|\u3044\u3044\u3048|\u2717|\u2718|\u274c|\u274e|\u00d7|"
    "[ ]|-|\u2013|\u2014|"
    "no clips|no match|not in video|does not appear|not seen|undetected|no clips found"
)
_NOT = re.compile(
    r"(?:not (?:present|detected|found|visible|reported|observed|seen|shown|in|there|identified|heard|"
    r"applicable|at all|mentioned|evident|depicted|included|any)|"
    r"no (?:clips?|segments?|match(?:es)?|evidence|occurrences?|instances?|"
    r"findings?|results?|times?|appearances?|sign|detections?|moments?))\b"
)
_YES = frozenset(_YES_WORDS.split("|"))
_NO = frozenset(_NO_WORDS.split("|"))


def truth_of(raw: object) -> bool | None:
    """Return whether a value says yes or no; None when it says neither."""
    if isinstance(raw, bool):
        return raw
    if isinstance(raw, int) and raw in (0, 1):
        return bool(raw)
    if isinstance(raw, str) and len(raw) <= 40:
        word = raw.strip().strip("*_.!'\"()").casefold()
        word = word.lstrip("\u2705\u2714\u2713\u2611\u274c\u2717\u2718\u274e\ufe0f ") or word
        return True if word in _YES else False if word in _NO or _NOT.match(word) else None
    return None
