"""Stage 2: what an article, an agreement or an institution is about."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from kg.extract.deals import Deal
from kg.extract.scene import Scene
from kg.extract.tables import topics
from kg.model import ARTICLE_KEY, Concept, Evidence, Kind, Relation

if TYPE_CHECKING:
    from kg.extract.marks import Sentence

_OFTEN = 2
_FOCUS = frozenset(("focus", "specialise", "specialize", "concentrate"))


def state(scene: Scene, lines: Iterable[tuple[int, int]], deals: Iterable[Deal]) -> None:
    """State the topics of the article, of its agreements and of the institutions it describes."""
    found = [hit for start, end in lines for hit in topics_in(scene.draft.article.text, start, end)]
    for name in sorted({name for name, _ in found}):
        spans = [span for topic, span in found if topic == name]
        rule = "topic-repeated" if len(spans) >= _OFTEN else "topic-words"
        for span in spans:
            scene.draft.state(ARTICLE_KEY, Relation.TOPIC, Concept(name), span, rule=rule)
    for deal in deals:
        first = min([deal.noun, *deal.noun.subtree], key=lambda t: t.i)
        own = [t for t in deal.sentence.tokens if first.i <= t.i and (t.i <= deal.noun.i or _own(deal, t.i))]
        span = deal.sentence.span([*own, deal.noun])
        for name, hit in topics_in(scene.draft.article.text, span.start, span.end):
            scene.draft.state(deal.key, Relation.TOPIC, Concept(name), hit, rule="agreement-topic")
    for sentence in scene.sentences:
        _focus(scene, sentence)


def _own(deal: Deal, at: int) -> bool:
    """Tell whether a word belongs to what the noun is `on`."""
    inner = {
        t.i
        for c in deal.noun.children
        if c.dep_ == "prep" and c.lower_ in ("on", "for", "in")
        for t in c.subtree
    }
    return at in inner


def topics_in(text: str, start: int, end: int) -> Iterator[tuple[str, Evidence]]:
    """Yield the topics that the words of a stretch tell, with those words."""
    hits = [
        (topic.name, Evidence(match.start(), match.end()))
        for topic in topics()
        for match in topic.pattern.finditer(text, start, end)
    ]
    for name, hit in hits:
        # `pancreatic cancer` is not also said to be cancer: the narrower words have it.
        if not any(o.start <= hit.start and hit.end <= o.end and o != hit for _, o in hits):
            yield name, hit


def _focus(scene: Scene, sentence: "Sentence") -> None:
    """Read `The center focuses on A, B and C`."""
    for token in sentence.tokens:
        if token.lemma_.lower() not in _FOCUS or token.pos_ != "VERB":
            continue
        for subject in (c for c in token.children if c.dep_ == "nsubj"):
            for key in scene.denoted(sentence, subject):
                if scene.draft.kind(key) is Kind.INSTITUTION:
                    start = sentence.piece(token).end
                    for name, hit in topics_in(scene.draft.article.text, start, sentence.end):
                        whole = Evidence(sentence.piece(subject).start, hit.end)
                        scene.draft.state(key, Relation.TOPIC, Concept(name), whole, rule="focus")
