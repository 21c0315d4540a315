"""The reader: the stages in order."""

from __future__ import annotations

from pegasus_classify.contract.evidence import Reading, Verdict
from pegasus_classify.contract.quantities import Seconds
from pegasus_classify.contract.vocabulary import Vocabulary
from pegasus_classify.reading.candidates import Document, clean_json, documents
from pegasus_classify.reading.choose import Read, chosen
from pegasus_classify.reading.coerce import evidence_of
from pegasus_classify.reading.names import Names
from pegasus_classify.reading.shapes import Claim, said_by
from pegasus_classify.reading.source import Source, source_of

__all__ = ["read"]


def read(text: str, vocabulary: Vocabulary, duration: Seconds | None, finish_reason: str | None = None) -> Reading:
    """Read the text a model generated.

    Never raises, takes time linear in the text, and invents nothing: what the text does not clearly say is left out.

    Args:
        text: As generated, in any state.
        vocabulary: What was asked, with the ids the question used.
        duration: Length of the video in seconds; None when unknown: times are then not clamped.
        finish_reason: `stop` or `length` as the model reports it; a hint, not proof.
    """
    names = Names(vocabulary)
    source = source_of(text)
    document = clean_json(source)
    reads = [Read(each, said_by(each.value, names)) for each in ([document] if document else documents(source))]
    kept = chosen(reads)
    cut = any(each.document.cut for each in kept) or finish_reason == "length"
    claims: list[Claim] = [claim for each in kept for claim in each.said.claims]
    origin = kept[-1].document.source if kept else source
    evidence = evidence_of(claims, duration, origin.span, cut=cut)
    verdict: Verdict = "found" if evidence else "none" if kept else "unreadable"
    finished = {name for each in kept for name in each.said.finished}
    if kept and not cut:
        finished = {each.name for each in vocabulary.classes}
    repairs = dict.fromkeys(
        repair for each in kept for repair in (*each.document.source.repairs, *each.document.repairs)
    )
    return Reading(evidence, verdict, cut, frozenset(finished), tuple(repairs))
