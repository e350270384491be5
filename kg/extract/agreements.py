"""Stage 2: agreements and sets of agreements, from the words that tell of them."""

from collections.abc import Mapping
from dataclasses import replace
from typing import TYPE_CHECKING

from kg.extract import (
    acts,
    assertion,
    bonds,
    clauses,
    frames,
    lists,
    order,
    parties,
    purchases,
    several,
    standing,
    ties,
)
from kg.extract.deals import Deal
from kg.extract.enough import words_around as _quote
from kg.extract.figures import Number, number_of
from kg.extract.marks import Sentence
from kg.extract.scene import Scene
from kg.extract.tables import bargains

if TYPE_CHECKING:
    from spacy.tokens import Token


_EARLIER = frozenset(("originally", "initially", "previously", "formerly", "first"))


def find(scene: Scene) -> list[Deal]:
    """Return the agreements that the sentences tell, in text order, not yet united."""
    out: list[Deal] = []
    for sentence in scene.sentences:
        here: list[Deal] = []
        for token in sentence.tokens:
            here += _at(scene, sentence, token, here)
        here += _without_noun(scene, sentence, here, out)
        out += [d for d in several.apart(scene, sentence, here, out) if _stated(scene, d)]
    return out


def _stated(scene: Scene, deal: Deal) -> bool:
    """Tell whether the article itself states an agreement; one that it calls untrue becomes denied."""
    said = assertion.of(scene, deal.sentence, [deal.token, deal.noun])
    if said == assertion.DENIED and deal.status != "planned":
        deal.status = "denied"
    if said != assertion.UNSAID:
        return True
    scene.draft.rejected.append(f"agreement only talked of: {_quote(scene, deal.sentence, deal.noun)}")
    return False


def _without_noun(scene: Scene, sentence: Sentence, here: list[Deal], before: list[Deal]) -> list[Deal]:
    """Return what verbs tell that have no word for an agreement beside them."""
    taken = {deal.token for deal in here}
    verbs = [t for t in sentence.tokens if t.pos_ == "VERB" and t not in taken]
    found: list[Deal | None] = [acts.told(scene, sentence, verb, [*before, *here]) for verb in verbs]
    found += [acts.in_principle(scene, sentence, verb) for verb in verbs]
    found += [purchases.told(scene, sentence, verb) for verb in verbs]
    return [deal for deal in found if deal is not None]


def kind_at(sentence: Sentence, token: "Token") -> tuple[str, bool]:
    """Return the kind of agreement that a noun names, and whether it needs its parties to count."""
    if sentence.mention(token) is not None or token.pos_ not in ("NOUN", "PROPN"):
        return "", False
    if _first_half(sentence, token) or _of_memorandum(token):
        return "", False
    inner = token.dep_ in ("compound", "nmod")
    follow = " ".join(t.lower_ for t in [token, *_next(sentence, token, 2)])
    back = " ".join(t.lower_ for t in [*_next(sentence, token, -1), token])
    for row in bargains().kinds:
        phrases = bargains().phrases[row.kind]
        if (not inner and any(follow.startswith(p) for p in phrases)) or any(
            back.endswith(p) for p in phrases
        ):
            if inner and kind_at(sentence, token.head)[0]:  # `joint venture agreement`
                return "", False
            return row.kind, row.light
    if inner and token.head.lemma_.lower() not in bargains().under:
        return "", False
    return _kind_of(token)


def _of_memorandum(token: "Token") -> bool:
    """Tell whether a word is only the second half of `Memorandum of Agreement`."""
    over = token.head.head if token.dep_ == "pobj" and token.head.lower_ == "of" else None
    bare = not any(c.dep_ == "det" for c in token.children)
    return over is not None and bare and over.lemma_.lower() in ("memorandum", "memoranda", "letter", "heads")


def _kind_of(noun: "Token") -> tuple[str, bool]:
    """Return the kind that a noun names by itself; of sister cities any tie is a partnership."""
    words = {noun.lemma_.lower(), noun.lower_, order.hyphened(noun)}
    row = next((row for row in bargains().kinds if words & row.nouns), None)
    if row is None and words & bargains().papers and order.under_hand(noun):
        return "formal-agreement", False
    sisters = _sisters(noun)
    if sisters and (row is not None or words & bargains().ties):
        return "partnership", False
    return (row.kind, row.light) if row is not None else ("", False)


def _sisters(noun: "Token") -> bool:
    """Tell whether a noun is modified by `sister-city`, `twinning` and the like."""
    inner = [c for c in noun.children if c.dep_ in ("compound", "nmod", "amod") and c.i < noun.i]
    words = {t.lower_ for c in inner for t in [c, *c.children]}
    return bool(words & bargains().sistering) or words >= {"joint", "venture"}


def _first_half(sentence: Sentence, token: "Token") -> bool:
    """Tell whether a word only begins a longer name: `Strategic Partnership and Mutual Assistance Treaty`."""
    last = next((c for c in token.children if c.dep_ == "conj" and c.i > token.i), None)
    if last is None or not token.text[0].isupper() or not last.text[0].isupper():
        return False
    between = sentence.tokens[token.i + 1 - sentence.first : last.i + 1 - sentence.first]
    named = all(t.text[0].isupper() or t.lower_ == "and" for t in between)
    return named and bool(kind_at(sentence, last)[0])


def _next(sentence: Sentence, token: "Token", steps: int) -> "list[Token]":
    at = token.i - sentence.first
    return list(
        sentence.tokens[at + 1 : at + 1 + steps] if steps > 0 else sentence.tokens[max(0, at + steps) : at]
    )


def _at(scene: Scene, sentence: Sentence, token: "Token", here: list[Deal]) -> list[Deal]:  # noqa: PLR0911  one return a case, in order
    tied = ties.at(scene, sentence, token)
    if tied is not None:
        return [tied] if len(tied.members) > 1 else []
    kind, loose = kind_at(sentence, token)
    among = _among(sentence, token)
    if (not kind and among is None) or _is_among(token) or _signs(token):
        return []
    around, support = frames.of_noun(token)
    listed = next((d for d in here if d.number is not None and _including(sentence, d, token)), None)
    if listed is not None:
        return _some(_part(scene, sentence, token, kind or listed.kind, around, listed))
    verb = _verb(token, support) or (order.verb(sentence, token) if kind else None)
    if verb is None:
        return _mentioned(scene, sentence, token, kind, loose=loose)
    if loose and not _between(scene, sentence, around):
        return []
    status = standing.by_verb(sentence, token, verb)
    if not status:
        scene.draft.rejected.append(
            f"agreement not asserted ({verb.lemma_}): {_quote(scene, sentence, token)}"
        )
        return []
    kind = kind or (kind_at(sentence, among[1])[0] if among else "") or "formal-agreement"
    deal = Deal(kind, sentence, verb, token, status, "agreement-verb")
    deal.number = number_of(sentence, token)
    deal.among = among[0] if among else None
    deal.definite = any(c.lower_ in ("the", "this") for c in token.children if c.dep_ == "det")
    deal.earlier = any(c.lower_ in _EARLIER for c in verb.children)
    parties.fill(scene, deal, around, verb)
    clauses.complete(scene, deal)
    if not deal.members and token.dep_ == "pobj" and token.head.lower_ in bargains().grounds:
        parties.put(scene, deal, parties.speaker(scene, sentence, token), token)
    if not deal.members and token.dep_ == "dobj" and token.head.lemma_ in bargains().having:
        parties.put(scene, deal, lists.before(sentence, token.head), token)
    return _each(scene, deal)


def _signs(noun: "Token") -> bool:
    """Tell whether a noun only names who signs: `nine projects signed a charter`."""
    over = noun.head
    return (
        noun.dep_ == "nsubj" and over.lemma_ in acts.SIGNING and any(c.dep_ == "dobj" for c in over.children)
    )


def _some(deal: Deal | None) -> list[Deal]:
    return [deal] if deal is not None else []


def _between(scene: Scene, sentence: Sentence, around: Mapping[str, "list[Token]"]) -> bool:
    bound = around.get("between") or [*around.get("owner", []), *around.get("with", [])]
    return len(set(parties.denoted(scene, sentence, bound))) > 1


def _each(scene: Scene, deal: Deal) -> list[Deal]:
    """Take `signed memoranda with A, B and C` apart: one each, where no other number is given."""
    others = list(dict.fromkeys(parties.denoted(scene, deal.sentence, deal.partners)))
    mine = [key for key in deal.members if key not in others]
    plural = deal.noun.tag_ in ("NNS", "NNPS") or deal.noun.lower_ in ("memoranda", "mous")
    if not plural or len(others) < 2 or not mine or deal.among is not None:  # noqa: PLR2004  two at least
        return [deal]
    if deal.number is not None and deal.number.value != len(others):
        return [deal]
    out = []
    for other in others:
        kept = {key for key in deal.members if key in mine or key == other}
        one = replace(deal, number=None, apart=True)
        one.parties = {k: v for k, v in deal.parties.items() if k in kept}
        one.sides = {k: v for k, v in deal.sides.items() if k in kept}
        out.append(one)
    return out


def _mentioned(scene: Scene, sentence: Sentence, token: "Token", kind: str, *, loose: bool) -> list[Deal]:
    """Read `the agreement between A and B`, of which no verb says how far it had come."""
    status = standing.by_mention(token, frames.support(token))
    if not status:
        return []
    deal = Deal(kind, sentence, token, token, status, "agreement-between")
    deal.definite = any(c.lower_ in ("the", "this") for c in token.children if c.dep_ == "det")
    bonds.bind(scene, deal, only_between=loose)
    return _each(scene, deal) if len(deal.members) > 1 else []


def _verb(noun: "Token", support: "Token | None") -> "Token | None":
    """Return the verb that says what became of an agreement: `signed an agreement`, `agreements signed`."""
    undone = ("cancelled", "denied")
    if support is not None and bargains().verbs.get(support.lemma_.lower()) in undone and _agrees(support):
        return support if noun.dep_ != "pobj" else None
    for child in noun.children:
        if child.dep_ in ("acl", "relcl") and child.tag_ in ("VBN", "VBD") and _agrees(child):
            return child
    if support is not None and noun.dep_ != "pobj" and _agrees(support):
        return support
    # `had lapsed and was renewed`
    for child in support.children if support is not None and noun.dep_ in ("nsubj", "nsubjpass") else ():
        if child.dep_ == "conj" and child.tag_ == "VBN" and _agrees(child):
            return child
    # `entered into an agreement`
    if support is not None and noun.dep_ == "pobj" and support.lemma_.lower() in ("enter", "agree"):
        return support if noun.head.lower_ in ("into", "on", "to") else None
    return None


def _agrees(verb: "Token") -> bool:
    """Tell whether a verb says what became of an agreement, with the particle that it needs."""
    lemma = verb.lemma_.lower()
    particle = bargains().with_particle.get(lemma)
    return lemma in bargains().verbs and (not particle or any(c.lower_ == particle for c in verb.children))


# Sets: `Among the 71 medical partnerships, 31 were signed, including ...` ------------------------


def _among(sentence: Sentence, token: "Token") -> "tuple[Number, Token] | None":
    """Return the set of which a bare number is a part, and the noun that names it."""
    if token.pos_ != "NUM" or token.dep_ not in ("nsubjpass", "nsubj", "dobj"):
        return None
    for other in sentence.tokens:
        if other.dep_ == "pobj" and other.head.lower_ in ("among", "of") and kind_at(sentence, other)[0]:
            number = number_of(sentence, other)
            if number is not None and (other.head.head in (token, token.head)):
                return replace(number, evidence=sentence.span([other.head, other])), other
    return None


def _is_among(token: "Token") -> bool:
    return token.dep_ == "pobj" and token.head.lower_ == "among"


def _including(sentence: Sentence, whole: Deal, token: "Token") -> bool:
    return any(t.lower_ == "including" for t in sentence.tokens if whole.noun.i < t.i < token.i)


def _part(  # noqa: PLR0917  each is needed by name
    scene: Scene,
    sentence: Sentence,
    token: "Token",
    kind: str,
    around: Mapping[str, "list[Token]"],
    whole: Deal,
) -> Deal | None:
    deal = Deal(kind, sentence, token, token, whole.status, "agreement-listed", within=whole)
    parties.put(scene, deal, around.get("between", []), token)
    return deal if len(deal.members) > 1 else None
