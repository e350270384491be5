"""Stage 2: who is bound by an agreement, and where and at what occasion it was made."""

from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING

from kg.extract import frames, lists
from kg.extract.deals import Deal
from kg.extract.marks import Sentence, Sort
from kg.extract.scene import Scene, group_words
from kg.extract.words import is_office
from kg.model import Evidence, Kind

if TYPE_CHECKING:
    from spacy.tokens import Token


_BINDING = ("with", "between", "among", "by")


def denoted(scene: Scene, sentence: Sentence, tokens: "Iterable[Token]") -> list[str]:
    """Return the entities that words stand for."""
    return [key for token in tokens for key in scene.denoted(sentence, token)]


def fill(scene: Scene, deal: Deal, around: Mapping[str, "list[Token]"], verb: "Token") -> None:
    """Find who is bound by an agreement, where and at what occasion, among the neighbours of its words."""
    of_verb = frames.of_verb(verb)
    subject = _subject(scene, deal, verb, of_verb, around)
    if any(c.lower_ == "its" for c in deal.noun.children):
        bodies(scene, deal.sentence, subject)
    put(scene, deal, subject, verb)
    listed = [t for name in _BINDING for t in (*around.get(name, []), *of_verb.get(name, []))]
    deal.partners = [*around.get("with", []), *of_verb.get("with", []), *_listed(deal, verb, ("with",))]
    if deal.partners:
        tail = [t for t in (*deal.partners, *deal.partners[0].subtree) if t.i > deal.noun.i]
        deal.tail = scene.evidence(deal.sentence, [deal.noun, *tail])
    bodies(scene, deal.sentence, _listed(deal, verb, ("with",)))
    bodies(scene, deal.sentence, _listed(deal, verb, ("between",)), short=True)
    put(scene, deal, dict.fromkeys((*listed, *_listed(deal, verb, _BINDING))), verb)
    if deal.signers:
        put(scene, deal, _signed_for(scene, deal.sentence), verb)
    _only_between(scene, deal, [*around.get("between", []), *_listed(deal, verb, ("between",))])
    before(scene, deal)
    _below(scene, deal)
    for name in ("in", "at"):
        for token in (*of_verb.get(name, []), *around.get(name, [])):
            place = scene.place(deal.sentence, token)
            if place is not None and place not in deal.sides:
                deal.where.setdefault(place, scene.evidence(deal.sentence, [verb, token]))
    deal.occasion = next(
        (t for name in ("at", "during", "in") for t in of_verb.get(name, []) if _occasional(deal, t)), None
    )
    deal.after = next((t for name in ("after", "following") for t in of_verb.get(name, [])), None)


def _only_between(scene: Scene, deal: Deal, between: "Sequence[Token]") -> None:
    """Keep those between whom an agreement is: whoever else signs it is their officer or their witness."""
    bound = set(denoted(scene, deal.sentence, between))
    if len(bound & set(deal.members)) < 2:  # noqa: PLR2004  two at least
        return
    deal.parties = {k: v for k, v in deal.parties.items() if k in bound}
    deal.sides = {k: v for k, v in deal.sides.items() if k in bound}
    deal.through &= bound


def _subject(
    scene: Scene, deal: Deal, verb: "Token", of_verb: Mapping[str, "list[Token]"],
    around: Mapping[str, "list[Token]"],
) -> "list[Token]":  # fmt: skip
    """Return the words for who did what a verb says, from the parse or else from their order."""
    found = [t for t in of_verb.get("subject", []) if t != deal.noun and not _inside(t, deal.noun)]
    if verb.dep_ == "acl" or (
        verb.lemma_.lower() in ("launch", "form", "create") and not around.get("between")
    ):
        return [t for t in found if t != verb.head]
    if verb.pos_ != "VERB" or deal.noun.i < verb.i - 1:
        return found
    listed = lists.before(deal.sentence, verb)
    if not any(scene.denoted(deal.sentence, t) for t in found):
        again = any(t.lower_ in ("it", "they", "we") for t in found)
        return listed or (speaker(scene, deal.sentence, verb) if again else [])
    return [*found, *listed] if set(found) & set(listed) else found


def _listed(deal: Deal, verb: "Token", names: Sequence[str]) -> "list[Token]":
    """Return who is listed after `between`, `with` or `by`, whatever the parser hung it on."""
    return listed_after(deal.sentence, min(deal.noun.i, verb.i), deal.noun, verb, names)


def listed_after(
    sentence: Sentence, first: int, noun: "Token", verb: "Token", names_of: Sequence[str] = _BINDING
) -> "list[Token]":
    """Return the names in the lists that bind parties to a noun, up to the next clause."""
    last = _reach(sentence, noun, verb)
    out: list[Token] = []
    for preposition in lists.prepositions(sentence, names_of, first, last):
        if preposition.lower_ == "by" and not _agent(preposition, verb):
            continue
        names = lists.after(sentence, preposition)
        out += [*names, *(t for name in names for t in _represented(sentence, name))]
    return out


def _below(scene: Scene, deal: Deal) -> None:
    """Read `with three bodies:` and the names on the lines below."""
    if deal.sentence.tokens[-1].text != ":":
        return
    for sentence in scene.sentences[deal.sentence.number + 1 :][:_MOST_LINES]:
        mentions = [t for t in sentence.tokens if sentence.mention(t) is not None]
        if not mentions or any(t.pos_ in ("VERB", "AUX") for t in sentence.tokens):
            return
        for token in mentions:
            for key in scene.denoted(sentence, token):
                if scene.draft.kind(key) is Kind.INSTITUTION:
                    deal.parties.setdefault(key, scene.evidence(sentence, [token]))


_MOST_LINES = 12
_MOST_STEPS = 8


def speaker(scene: Scene, sentence: Sentence, token: "Token") -> "list[Token]":
    """Return the subject of the nearest clause above a word that names somebody."""
    step = token
    for _ in range(_MOST_STEPS):
        if step.pos_ in ("VERB", "AUX"):
            found, _passive = frames.subjects(step)
            found = [t for t in found if t != token]
            if denoted(scene, sentence, found):
                return found
        if step.head == step:
            break
        step = step.head
    return []


def _signed_for(scene: Scene, sentence: Sentence) -> "list[Token]":
    """Return for whom the signers of a sentence sign: `for Malta by X, for Italy by Y`."""
    out: list[Token] = []
    for preposition in lists.prepositions(sentence, ("for", "of"), sentence.first - 1, sentence.tokens[-1].i):
        if preposition.lower_ == "of" and preposition.nbor(-1).lower_ != "behalf":
            continue
        names = lists.after(sentence, preposition)[:1]
        kinds = {scene.draft.kind(key) for t in names for key in scene.denoted(sentence, t)}
        out += names if kinds & {Kind.INSTITUTION, Kind.PLACE} else []
    return out


def bodies(scene: Scene, sentence: Sentence, tokens: "Iterable[Token]", *, short: bool = False) -> None:
    """Take names among parties for those of bodies, where nothing says that they are persons'."""
    for token in tokens:
        mention = sentence.mention(token)
        if mention is None:
            _name_anew(scene, sentence, token)
        elif mention.sort is Sort.PERSON:
            key = scene.cast.of(mention)
            doubtful = key is not None and key not in scene.titled and not _personal(sentence, token)
            if key is not None and doubtful and (short or " " in mention.name):
                scene.draft.retype(key, Kind.INSTITUTION)


def _personal(sentence: Sentence, token: "Token") -> bool:
    """Tell whether the word before a name says that it is a person's: `his counterpart A`, `Chairman A`."""
    before = sentence.tokens[max(0, token.i - sentence.first - 1) : token.i - sentence.first]
    return any(t.lemma_.lower() in group_words() or is_office(t.text) for t in before)


def _name_anew(scene: Scene, sentence: Sentence, token: "Token") -> None:
    """Make a capitalised word that no list knows, and the capitals before it, a body's name."""
    at = token.i - sentence.first
    start = at
    while start > 0 and sentence.tokens[start - 1].text[0].isupper() and _plain_name(sentence, start - 1):
        start -= 1
    words = sentence.tokens[start : at + 1]
    single = sentence.tokens[max(0, at - 1)].lower_ == "with" and not token.text.isupper()
    if (
        token.pos_ == "PROPN"
        and token.text[0].isupper()
        and (len(words) > 1 or (single and sentence.tokens[-1].is_punct))
        and not scene.denoted(sentence, token)
    ):
        evidence = scene.evidence(sentence, words)
        name = " ".join(scene.draft.article.text[evidence.start : evidence.end].split())
        key = scene.fresh.get(name) or scene.draft.add(Kind.INSTITUTION, name, [evidence])
        scene.fresh[name] = key
        scene.draft.mention(key, evidence)
        scene.delegations[sentence.number, token.i] = key


def _plain_name(sentence: Sentence, at: int) -> bool:
    return sentence.mention(sentence.tokens[at]) is None and sentence.tokens[at].pos_ == "PROPN"


def _agent(preposition: "Token", verb: "Token") -> bool:
    """Tell whether `by` names those who did what the verb says, as in `signed by`."""
    return verb.tag_ == "VBN" and preposition.i > verb.i


def _represented(sentence: Sentence, name: "Token") -> "list[Token]":
    """Read `by X on behalf of A` and `by Y for B`."""
    after = list(sentence.tokens[name.i + 1 - sentence.first : name.i + 6 - sentence.first])
    words = [t.lower_ for t in after]
    if words[:3] == ["on", "behalf", "of"] or words[:3] == ["in", "the", "name"]:
        return lists.after(sentence, after[2])[:1]
    mention = sentence.mention(name)
    person = mention is not None and mention.sort is Sort.PERSON
    return lists.after(sentence, after[0])[:1] if person and words[:1] == ["for"] else []


def _reach(sentence: Sentence, noun: "Token", verb: "Token") -> int:
    """Return the last word before another clause begins."""
    start = max(noun.i, verb.i)
    for token in sentence.tokens:
        if token.i <= start:
            continue
        if token.lower_ in (";", "which", "who", "that", "while", "where", "but", "to", "as"):
            return token.i - 1
        if (
            token.pos_ == "VERB"
            and token.dep_ not in ("amod", "compound")
            and token.tag_ != "VBG"
            and not _told(token, noun)
        ):
            return token.i - 1
    return sentence.tokens[-1].i


def _told(token: "Token", noun: "Token") -> bool:
    """Tell whether a participle only goes on about the noun: `an agreement signed with`."""
    return token.dep_ == "acl" and token.head == noun


def before(scene: Scene, deal: Deal) -> None:
    """Put the names before a noun among its parties: `the China-Italy agreement`."""
    for token in deal.sentence.tokens:
        mention = deal.sentence.mention(token)
        named = mention is not None and mention.sort in (Sort.PLACE, Sort.NATION, Sort.INSTITUTION)
        if named and token.i < deal.noun.i and _modifies(token, deal.noun):
            put(scene, deal, [token], deal.noun)


def _occasional(deal: Deal, token: "Token") -> bool:
    mention = deal.sentence.mention(token)
    return mention is None or mention.sort is Sort.OCCASION


def _inside(token: "Token", noun: "Token") -> bool:
    return noun in token.children


def _modifies(token: "Token", noun: "Token") -> bool:
    """Tell whether a name stands before a noun as its modifier: `Shanxi-US medical partnerships`."""
    for ancestor in [token, *token.ancestors]:
        if ancestor == noun:
            return True
        if ancestor.dep_ not in ("compound", "nmod", "amod", "punct", "conj", "npadvmod", "poss", "dep"):
            return False
    return False


def put(scene: Scene, deal: Deal, tokens: "Iterable[Token]", anchor: "Token") -> None:
    """Put what words denote among the parties, the sides or the signers."""
    for token in tokens:
        for key in scene.denoted(deal.sentence, token):
            evidence = scene.evidence(deal.sentence, [anchor, deal.noun, token])
            kind = scene.draft.kind(key)
            if kind is Kind.INSTITUTION:
                deal.parties.setdefault(key, evidence)
            elif kind is Kind.PLACE:
                deal.sides.setdefault(key, evidence)
                mention = deal.sentence.mention(token)
                if mention is None or mention.sort is Sort.NATION:
                    deal.adjectives.add(key)
            elif kind is Kind.PERSON:
                deal.signers.setdefault(key, evidence)
                _for_whom(scene, deal, token, key, evidence)


def _for_whom(scene: Scene, deal: Deal, token: "Token", person: str, evidence: Evidence) -> None:
    """Put the body or country of a signer among those who are bound."""
    body = _beside(scene, deal.sentence, token) or scene.employers.get(person) or scene.lands.get(person)
    if body is None:
        deal.alone.add(person)
        return
    slots = deal.parties if scene.draft.kind(body) is Kind.INSTITUTION else deal.sides
    if body not in slots:
        slots[body] = evidence
        deal.through.add(body)


def _beside(scene: Scene, sentence: Sentence, name: "Token") -> str | None:
    """Return what stands beside a name: `Mayor A of Lima`, `Rector A (B University)`."""
    beside = [c for c in name.children if c.dep_ == "appos"]
    beside += [t for c in name.children if c.lower_ in ("of", "from") for t in c.children if t.dep_ == "pobj"]
    found = (key for t in beside if sentence.mention(t) is not None for key in scene.denoted(sentence, t))
    return next((k for k in found if scene.draft.kind(k) in (Kind.INSTITUTION, Kind.PLACE)), None)
