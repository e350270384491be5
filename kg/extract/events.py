"""Stage 2: events, from the words that tell of them."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import TYPE_CHECKING

from kg.extract import assertion, attendance, continuing, frames, happenings, modality
from kg.extract.happenings import Happening
from kg.extract.marks import Mention, Sentence, Sort
from kg.extract.scene import Scene
from kg.extract.tables import Trigger, table, triggers, words

if TYPE_CHECKING:
    from spacy.tokens import Token


_DATED = ("conference", "ceremony")
"""Kinds that a date alone makes an event."""


def enough(scene: Scene, group: Sequence[Happening]) -> bool:
    """Tell whether it is known who, where or when enough for one event to be told from another."""
    who = {key for h in group for key in (*h.who, *h.sides)}
    host = {key for h in group for key in h.host}
    where = {key for h in group for key in h.where}
    when = any(h.when for h in group)
    kind = group[0].kind
    if all(h.definite and not h.name for h in group) and not (who | host | where):
        known = False  # it only refers back
    elif kind == "meeting":
        verb = group[0].rule == "meeting-verb" and group[0].status != "happened"
        one = bool(where if verb else who | host | where)
        known = len(who | host) > 1 or (one and bool(who | host | where) and when)
    elif kind == "visit":
        known = bool(who and (host or where)) or (when and (bool(where | host) or len(who) > 1))
    else:
        known = (
            when
            or bool(who | host)
            or (bool(where) and bool(group[0].name or group[0].rule.endswith("noun")))
        )
    if not known:
        scene.draft.rejected.append(f"{group[0].rule} too vague: {_quote(scene, group[0])}")
    return known


def find(scene: Scene) -> list[Happening]:
    """Return the events that the sentences tell, in text order, not yet united."""
    out = []
    for sentence in scene.sentences:
        out += _of_sentence(scene, sentence)
    continuing.add(scene, out)
    return out


def _of_sentence(scene: Scene, sentence: Sentence) -> list[Happening]:
    """Return what a sentence tells; `handed it over at a ceremony` is told once."""
    told = [h for token in sentence.tokens for h in _at(scene, sentence, token) if _stated(scene, h)]
    ceremonies = [h for h in told if h.kind == "ceremony"]
    held: list[Happening] = []
    for noun in (h for h in ceremonies if h.rule.endswith("noun")):
        over = next((a for a in noun.token.ancestors if a.pos_ == "VERB"), None)
        for act in (h for h in ceremonies if h.rule.endswith("verb") and h.token == over):
            noun.who.update({**act.who, **noun.who})
            noun.weak = False
            held.append(act)
    return [h for h in told if h not in held]


def _stated(scene: Scene, found: Happening) -> bool:
    """Tell whether an event is told, not only asked about, supposed or heard said."""
    if assertion.of(scene, found.sentence, [found.token]) == assertion.STATED:
        return True
    scene.draft.rejected.append(f"{found.rule} only talked of: {_quote(scene, found)}")
    return False


def _at(scene: Scene, sentence: Sentence, token: "Token") -> Iterable[Happening]:
    mention = sentence.mention(token)
    if mention is not None:
        if mention.sort is Sort.OCCASION:
            yield from _occasion(scene, sentence, token, mention)
        return
    lemma = happenings.lemma(token)
    for row in triggers("events"):
        if lemma in row.verbs and (token.pos_ == "VERB" or (token.pos_ == "AUX" and token.dep_[:3] != "aux")):
            found = _verb(scene, sentence, token, row)
        elif (
            token.pos_ in ("NOUN", "PROPN") and lemma in row.nouns and token.dep_ not in ("compound", "nmod")
        ):
            found = _noun(scene, sentence, token, row)
        else:
            continue
        if found is not None:
            yield found
            return


def _verb(scene: Scene, sentence: Sentence, token: "Token", row: Trigger) -> Happening | None:
    around = attendance.widened(sentence, frames.of_verb(token), token)
    if "delegation" in row.needs:
        # `led a delegation to Peru`: the parser may hang the place on the delegation.
        inner = [t for obj in around.get("object", []) for t in frames.of_noun(obj)[0].get("to", [])]
        around["to"] = list(dict.fromkeys([*around.get("to", []), *inner]))
    needed = [t for name in row.needs for t in around.get(name, []) if not _is_date(sentence, t)]
    status = modality.of_verb(token)
    found = Happening(row.kind, sentence, token, status, f"{row.rule}-verb")
    happenings.fill(scene, found, row, around)
    if row.kind == "meeting" and needed:
        for one in attendance.met(sentence, token):
            for key in scene.denoted(sentence, one):
                happenings.put(scene, found, "who", key, scene.evidence(sentence, [token, one]))
    if "delegation" in row.needs:
        needed = [t for t in around.get("object", []) if _delegation(scene, sentence, t)]
    if (row.needs and not needed) or not _said_of(scene, sentence, row, around, token):
        return None
    if row.kind == "visit" and not (found.host or found.where):
        return None
    if row.several and not _together(found):
        return None
    return _told(scene, found, enough=bool(found.who or found.host) and not row.dated, dated=row.dated)


def _delegation(scene: Scene, sentence: Sentence, token: "Token") -> bool:
    travelling = token.lemma_.lower() in words(table("groups")["delegations"]) and token.is_lower
    return travelling or (sentence.number, token.i) in scene.delegations


def _is_date(sentence: Sentence, token: "Token") -> bool:
    mention = sentence.mention(token)
    return mention is not None and mention.sort is Sort.DATE


def _with_particle(verb: "Token", particle: str) -> bool:
    return not particle or any(c.lower_ == particle for c in verb.children)


def _said_of(
    scene: Scene, sentence: Sentence, row: Trigger, around: "Mapping[str, list[Token]]", verb: "Token"
) -> bool:
    """Tell whether a verb is said of what its row asks for: `opened a clinic`, `received the mayor`."""
    if verb.lemma_ == "call" and any(
        c.dep_ in ("xcomp", "ccomp", "advcl") and c.lemma_ not in _TALKING for c in verb.children
    ):
        return False  # `called on both sides to stop`
    return _with_particle(verb, row.particle) and all(
        not wanted or bool(wanted & _called(scene, sentence, [t for t in around.get(name, []) if t != verb]))
        for name, wanted in (("object", row.objects), ("subject", row.subjects))
    )


def _called(scene: Scene, sentence: Sentence, objects: "Sequence[Token]") -> set[str]:
    """Return the nouns and kinds by which words speak of things and people."""
    lemmas = {t.lemma_.lower() for t in objects}
    mentions = [m for t in objects if (m := sentence.mention(t)) is not None]
    lemmas |= {m.name.split()[-1].lower() for m in mentions if m.name}
    lemmas |= {m.sort.value for m in mentions}
    lemmas |= {scene.draft.kind(key).value.lower() for t in objects for key in scene.denoted(sentence, t)}
    return lemmas


def _noun(scene: Scene, sentence: Sentence, token: "Token", row: Trigger) -> Happening | None:
    plain, support = frames.of_noun(token)
    if _otherwise(token, row, plain):
        return None
    around = attendance.widened(sentence, plain, support if support is not None else token)
    status = modality.of_noun(token, support)
    if support is not None and support.lemma_ in _AHEAD and status == modality.HAPPENED:
        status = modality.PLANNED
    found = Happening(row.kind, sentence, token, status, f"{row.rule}-noun")
    happenings.fill(scene, found, row, around)
    found.definite = any(c.lower_ in ("the", "this", "that") for c in token.children if c.dep_ == "det")
    found.back = found.definite and not any(
        c.dep_ in ("relcl", "acl", "amod", "compound", "nummod") or c.lower_ in _OWN for c in token.children
    )
    backed = support is not None and (
        (support.lemma_ in frames.light("do") and token.dep_ in ("dobj", "nsubjpass"))
        or (support.lemma_ in frames.light("happen") and token.dep_ in ("nsubj", "nsubjpass"))
    )
    own = any(
        (c.dep_ == "acl" and c.lemma_ in ("hold", "host", "organise", "organize"))
        or (c.dep_ == "relcl" and c.lemma_ in ("hold", "take", "open", "convene", "kick"))
        for c in token.children
    )
    several = len({*found.who, *found.sides}) > 1 or bool(found.who and found.host)
    return _told(scene, found, enough=bool(backed or own or several))


_AHEAD = ("announce", "await", "expect", "detail", "prepare")
"""Verbs whose object is an event to come."""
_OWN = ("of", "with", "between", "for", "on", "'s", "’s")
"""What follows a noun that tells which event it means: the meeting of the board."""
_TALKING = frozenset(
    ("discuss", "exchange", "convey", "express", "congratulate", "brief", "extend", "review", "explore",
     "bid", "thank", "deliver", "follow", "seek", "strengthen")
)  # fmt: skip
"""What one calls on somebody for, where it is no appeal."""
_VAGUE = frozenset(("call", "round", "communication"))


_SPOKEN = ("press", "video", "news", "telephone")
"""What makes a conference no gathering of its own."""


@cache
def _papers() -> frozenset[str]:
    """Return the nouns of what is signed."""
    return frozenset().union(*(row.objects for row in triggers("events") if row.kind == "signing"))


def _otherwise(token: "Token", row: Trigger, around: "Mapping[str, list[Token]]") -> bool:
    """Tell whether a word means something else: `made the call for peace`, the Congress."""
    if token.text == "Congress":
        return True
    if token.lemma_ == "conference" and any(c.lower_ in _SPOKEN for c in token.children):
        return True
    if row.kind == "signing":
        return not any(one.lemma_.lower() in _papers() for one in around.get("of", []))
    if token.lemma_.lower() == "mission":
        return not around.get("to")
    told = any(around.get(name) for name in ("with", "between")) or any(
        c.dep_ in ("compound", "amod") for c in token.children
    )
    return token.lemma_.lower() in _VAGUE and not told


def _occasion(scene: Scene, sentence: Sentence, token: "Token", mention: Mention) -> Iterable[Happening]:
    after = sentence.tokens[token.i + 1 - sentence.first :][:1]
    if mention.name.lower().endswith("convention") and after and after[0].lower_ in ("on", "against", "for"):
        return  # a treaty, not a gathering
    row = next(r for r in triggers("events") if r.kind == "conference")
    around, support = frames.of_noun(token)
    kind = next(
        (r.kind for r in triggers("events") if mention.name.lower().split()[-1] in r.nouns), "conference"
    )
    found = Happening(
        kind, sentence, token, modality.of_noun(token, support), "named-occasion", name=mention.name
    )
    happenings.fill(scene, found, row, around)
    happenings.named_sides(scene, found, mention)
    told = _told(scene, found, enough=support is not None)
    if told is not None:
        yield told


def _told(scene: Scene, found: Happening, *, enough: bool, dated: bool = False) -> Happening | None:
    gathering = found.kind in _DATED and found.token.dep_ != "dobj" and not found.where
    people = found.kind in ("visit", "meeting") and bool(found.who or found.host) and not found.definite
    found.weak = not enough and (gathering or people or dated)
    if found.status == modality.NOTHING or not (enough or found.where or found.weak):
        scene.draft.rejected.append(f"{found.rule} not asserted: {_quote(scene, found)}")
        return None
    for token in attendance.company(found.sentence, found.token, alone=not found.who):
        for key in scene.denoted(found.sentence, token):
            happenings.put(scene, found, "who", key, scene.evidence(found.sentence, [found.token, token]))
    return found


def _quote(scene: Scene, found: Happening) -> str:
    piece = found.sentence.piece(found.token)
    text = scene.draft.article.text[max(found.sentence.start, piece.start - 40) : piece.end + 40]
    return " ".join(text.split())


def _together(found: Happening) -> bool:
    """Tell whether several are told to have met somewhere or some day: `A and B met in Oslo`."""
    several = len({*found.who, *found.sides}) > 1
    return several and (bool(found.where) or attendance.dated(found.sentence))
