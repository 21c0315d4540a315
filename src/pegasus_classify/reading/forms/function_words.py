"""Words that join names to sentences and never make another name of them; data of `meant_names`."""

from __future__ import annotations

__all__ = ["FUNCTION_WORDS", "SUBJECTS"]

_DETERMINERS = (
    "a an the this that these those his her their its our your my some any no every each another either neither "
    "one two three four five six seven eight nine ten first second third fourth fifth last next several multiple few "
    "many both all more further other un una unos unas el la los las le les du des ein eine einen einem einer der die "
    "das den dem il lo gli o os as uma um"
)
_PREPOSITIONS = (
    "of in on at by for from to with without within into onto over under above below between among across along around "
    "about after before behind beside beyond despite down during except inside near off out outside past per since "
    "through throughout till toward towards until up upon via while as than like plus minus amid against "
    "de del desde hasta en entre con por para sin sobre al von vom bis ab zu zum zur im ins in mit auf aus bei nach "
    "seit \u00fcber unter vor zwischen w\u00e4hrend dans avec pour sur vers depuis entre chez par jusqu'\u00e0 nel da "
    "dal dalle alle fino tra fra em no na"
)
_CONJUNCTIONS = (
    "and or but nor so yet if because since although though while whereas when where which who whom whose that what "
    "once unless however therefore thus hence then also too either neither und oder aber sondern dass weil y o pero "
    "que et ou mais qui e ma"
)
_PRONOUNS = (
    "i you he she it we they me him us them himself herself itself themselves someone anyone everyone nobody es sie er "
    "wir man se il elle on"
)
_VERBS = (
    "is are was were be been being am do does did has have had can could will would shall should may might must "
    "isn't aren't wasn't weren't don't doesn't didn't hasn't haven't can't won't ist sind war wird werden wurde kommt "
    "kommen es est sont son hay est\u00e1 est\u00e1n aparece aparecen sono appare "
    "begin start end run appear occur come "
    "happen follow go take last continue show"
)
_CONTRACTIONS = (
    "i'd i'm i've i'll it's it'd that's there's here's he's she's we've we're you'll you've they're who's what's let's"
)
_ADVERBS = (
    "h\u00e1 hay tem temos vemos vimos "
    "again once twice early late later soon now here there only just even still already always never ever often "
    "together alone apart away back forward proper almost nearly not very quite rather instead anyway nicht auch "
    "wieder noch de nuevo aussi encore anche"
)
SUBJECTS = frozenset(
    [*_PRONOUNS.split(), "to", "can", "could", "will", "would", "may", "might", "must", "then", "also"]
)
"""Words behind which a verb stands: the word before a name is then no part of it."""
FUNCTION_WORDS = frozenset(
    " ".join([_DETERMINERS, _PREPOSITIONS, _CONJUNCTIONS, _PRONOUNS, _VERBS, _CONTRACTIONS, _ADVERBS]).split()
)
