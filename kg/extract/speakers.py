"""Stage 2: those who speak in a report on one gathering."""

from collections.abc import Sequence

from kg.extract import frames
from kg.extract.happenings import Happening
from kg.extract.scene import Scene
from kg.model import Kind

_GATHERINGS = ("conference", "training", "ceremony")
_LEAD = 2
"""Sentences in which an article says what it is about."""
_SPEAKING = frozenset(
    ("say", "tell", "speak", "address", "note", "stress", "add", "remark", "deliver", "highlight")
)


def add(scene: Scene, groups: Sequence[Sequence[Happening]]) -> None:
    """Take those who speak in a report on one conference, course or ceremony for its participants."""
    gatherings = [g for g in groups if g[0].kind in _GATHERINGS and g[0].status == "happened"]
    if len(gatherings) != 1 or gatherings[0][0].sentence.number > _LEAD:
        return
    if not gatherings[0][0].name and any(g[0].kind in ("visit", "meeting") for g in groups):
        return
    one = gatherings[0][0]
    for sentence in scene.sentences[one.sentence.number :]:
        for verb in (t for t in sentence.tokens if t.pos_ == "VERB" and t.lemma_ in _SPEAKING):
            for token in frames.subjects(verb)[0]:
                for key in scene.denoted(sentence, token):
                    if scene.draft.kind(key) is Kind.PERSON:
                        one.who.setdefault(key, scene.evidence(sentence, [token, verb]))
