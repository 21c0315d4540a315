"""Words that may stand beside a name, or around one, without making another of it; data of `meant_names`."""

from __future__ import annotations

__all__ = ["LEFT_OK", "MODIFIERS", "POSITIVE", "RIGHT_OK", "UNREAL"]

_UNREAL = (
    "fake artificial simulated mock possible potential pretend staged toy supposed alleged so-called near no not non "
    "anti never without"
)
UNREAL = frozenset(_UNREAL.split())
"""Words before a name that take its meaning away."""
_LEFT_OK = (
    "a an the of starts start begins begin starting doing playing keeps continues is are was were be as and "
    "or no not any some with shows show shown showing contains contain "
    "includes include including features "
    "feature featuring depicts depict detected detect found see seen class label category under in to for "
    "end ends ended stop stops stopped began started finish finishes enters leaves "
    "man sieht zeigt gibt finally lastly noticed observed saw spotted noted recognized recognised notice observe spot "
    "read so thus "
    "therefore hence covers cover discusses mentions about classified labeled labelled tagged identified called "
    "namely like "
    "first second third fourth then later his her their its our your my two three four five six seven eight nine ten "
    "several multiple few many another every each more further short white black red blue green grey gray silver "
    "yellow brown orange large small big young old "
    "brief long live real actual clear obvious typical "
    "classic intense continuous extended dense thick heavy ongoing professional amateur full single additional "
    "whole entire main only primary second's una uno unos unas un del al ning\u00fan ninguna "
    "folgt zeigen erscheint entspricht reine reines reiner "
    "again mostly only also both but yes by it's that this these those one it on at answer s than either "
    "neither nor clearly from into "
    "einen einem einer dem den klasse kategorie clase classe categoria a the "
    "der die das ein eine und ist le la les un une et est el los las es y o als wie de du des i"
)
LEFT_OK = frozenset(_LEFT_OK.split())
_RIGHT_OK = (
    "is are was were appears appear occurs occur from at between and or in on during for to with runs begins "
    "starts ends then plus present "
    "detected found visible can has have takes take follows comes shows seen happens lasts continues again "
    "conf score once twice begin start end continue last appear occur happen come comes follow go goes plays happens "
    "activity action event events sequence part portion section moment moments stretch shot "
    "here there throughout as but by game games match matches practice session sessions performance training routine "
    "tournament highlights broadcast lesson incident attempt conditions weather behavior behaviour process task stage "
    "number numbers right t segment moment event fragment just most phase sequences segments scenarios s'\u00e9tend "
    "couvre dure commence d\u00e9bute "
    "laufen l\u00e4uft beginnt endet dauert tritt steht spielt findet side together "
    "kommt kommen which who where lasts runs "
    "class label category footage scene scenes shot shots content clip clips video only not do does did "
    "isn't aren't doesn't don't ist wird "
    "bis von de du a i after before while until spans covers starting confidence through also both twice once it "
    "est sont es son sind dal dalle dai aparece appare falls"
)
RIGHT_OK = frozenset(_RIGHT_OK.split())
_POSITIVE = (
    "from to at between until till only visible also just again confidence the this video clip footage shows "
    "show shown showing is are it its i we would will can be classify "
    "classified classification classifies as "
    "class classes label labels category categories correct best answer final contains contain features "
    "feature depicts depict detected found present yes "
    "includes include image scene see seen one a an of and both in appears appear appearing following "
    "described labelled labeled tagged belongs belong to under most mostly main mainly "
    "predominantly clearly definitely that which matches match matching fits fit applies apply applicable "
    "here my result results prediction predicted "
    "identified identify tagged tag topic with for only has have been was were there on so overall therefore "
    "thus based content primary occurs occur covers cover discusses discuss discussed talks talk about conversation "
    "mentions mention brands brand topics topic actions action objects object activities activity events event during "
    "being performed done primarily specifically namely particular particularly "
    "following several once twice every each matched relevant visual text_in_video text audio logo spoken seconds "
    "und y et e och diesem kommen kommt klassen klasse vor sind wird werden zu sehen zwei eine drei sicherheit "
    "konfidenz f\u00fcr im am "
    "en este esta v\u00eddeo aparecen aparece clases clase se ve confianza dos tres nel video sono presenti "
    "confian\u00e7a neste "
    "dans cette vid\u00e9o sont pr\u00e9sentes pr\u00e9sente confiance deux trois "
    "first second third fourth fifth next finally lastly i'd i'll i've i'm say assign confirm there's that's "
    "throughout whole entire confidence das ist ein eine es ce cette est une el la los se"
)
MODIFIERS = frozenset(
    [
        "sports",
        "news",
        "tennis",
        "grass",
        "glass",
        "business",
        "press",
        "cross",
        "less",
        "plus",
        "bus",
        "gas",
        "christmas",
        "mens",
        "womens",
        "kids",
        "this",
        "was",
        "as",
        "is",
        "us",
        "versus",
        "various",
        "previous",
        "obvious",
        "famous",
        "serious",
        "class",
    ]
)
"""Words with an s at their end that are no verbs: before a name they make another one of it."""
POSITIVE = frozenset(_POSITIVE.split())
