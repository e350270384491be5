"""Stage 2: who is who inside one article: full names, short names, acronyms, `the center`, `he`."""

import re
from collections.abc import Iterable, Sequence

from kg.extract.draft import Draft
from kg.extract.homeland import SENTENCE_END
from kg.extract.institution_kinds import kind_of
from kg.extract.marks import Mention, Sort
from kg.extract.name_forms import body_nouns, folded, initials, rank, strange, without_suffix
from kg.extract.places import bare, known
from kg.extract.tables import institution_heads, table, words
from kg.model import Concept, Evidence, Kind, Relation

_BRACKETED = re.compile(r"\s*\(\s*(?:the\s+)?[“\"']?([A-Z][A-Za-z&-]{1,10})[”\"']?\s*(?:[-–,;][^()]*)?\)")
_SHORT = 4
"""Letters of abbreviations such as U.S., which name a place less well than the gazetteer does."""
_COUNTRY_WORDS = ("country", "nation")
_DEFINITE = re.compile(r"\b[Tt]he ([a-z]+(?:-[a-z]+)?)\b")
_SIDE = re.compile(
    r"(?:['’]s?)?\s+(?:(?:trade|official|ministerial|high-level)\s+)?(?:side|delegation|team|mission|government|"
    r"(?:[A-Z][\w-]+\s+)?(?:[Pp]rime )?[Mm]inister|[Pp]resident|[Pp]remier)\b"
)
"""What follows a country that speaks or travels: the Peruvian side, Peru's President."""
_NEAR = 200
"""Code points within which a country may tell whose minister somebody is."""
_MOST_BACK = 3000
"""Code points that a definite noun phrase may look back."""


class Cast:
    """The persons, institutions and places of an article."""

    def __init__(self, draft: Draft, mentions: Sequence[Mention]) -> None:
        self._draft = draft
        self._keys: dict[tuple[int, int], str] = {}
        self._order: list[tuple[int, str, Mention]] = []
        self._persons: dict[str, str] = {}
        self._institutions: dict[str, str] = {}
        self._places: dict[str, str] = {}
        self._nations: dict[str, list[Mention]] = {}
        for mention in sorted(mentions, key=lambda m: (rank(m), m.start)):
            self._enter(mention)
        self._order.sort(key=lambda entry: entry[0])
        self._countries = [
            m
            for m in sorted(mentions, key=lambda m: m.start)
            if m.sort in (Sort.PLACE, Sort.NATION)
            and (p := known(m.name)) is not None
            and p.kind == "country"
        ]

    def _enter(self, mention: Mention) -> None:
        key: str | None = None
        if mention.sort is Sort.PERSON:
            key = self._person(mention)
        elif mention.sort is Sort.INSTITUTION:
            key = self._institution(mention)
        elif mention.sort is Sort.PLACE:
            key = self._place(mention)
        if key is not None:
            self._keys[mention.start, mention.end] = key
            self._order.append((mention.start, key, mention))

    def of(self, mention: Mention) -> str | None:
        """Return the entity that a mention names, if it is one."""
        if mention.sort is Sort.NATION:
            return self.country(mention)
        return self._keys.get((mention.start, mention.end))

    def country(self, mention: Mention) -> str | None:
        """Return the country (or other place) that an adjective such as Chinese names."""
        place = known(mention.name)
        if place is None:
            return None
        key = self._places.get(place.name)
        if key is None:
            key = self._add_place(place.name, place.kind, mention)
        self._draft.mention(key, Evidence(mention.start, mention.end))
        return key

    # Names ----------------------------------------------------------------------------------------

    def _add(self, kind: Kind, mention: Mention) -> str:
        sure = mention.trusted or kind is not Kind.INSTITUTION or self._bracketed(mention)
        return self._draft.add(kind, mention.name, [Evidence(mention.start, mention.end)], sure=sure)

    def _bracketed(self, mention: Mention) -> bool:
        bracket = _BRACKETED.match(self._draft.article.text, mention.end)
        return bracket is not None and initials(mention.name, bracket[1])

    def _seen(self, key: str, mention: Mention) -> str:
        name = self._draft.name(key)
        alias = mention.name if mention.name.casefold() != name.casefold() else ""
        self._draft.mention(key, Evidence(mention.start, mention.end), alias=alias)
        return key

    def _person(self, mention: Mention) -> str | None:
        tokens = without_suffix(mention.name)
        for name, key in self._persons.items():
            have = without_suffix(name)
            if tokens == have or (set(tokens) <= set(have) and tokens[-1] in (have[-1], have[0])):
                return self._seen(key, mention)
        if len(tokens) == 1 and not mention.trusted:
            return None
        key = self._add(Kind.PERSON, mention)
        self._persons[mention.name.lower()] = key
        return key

    def _institution(self, mention: Mention) -> str | None:
        form = folded(mention.name)
        key = self._institutions.get(form) or self._short_for(mention, form)
        if key is None:
            key = self._add(Kind.INSTITUTION, mention)
            if mention.kind:
                self._draft.state(
                    key, Relation.KIND, Concept(mention.kind), Evidence(mention.start, mention.end),
                    rule="institution-name",
                )  # fmt: skip
        else:
            self._seen(key, mention)
        self._institutions.setdefault(form, key)
        bracket = _BRACKETED.match(self._draft.article.text, mention.end)
        short = bracket is not None and known(bracket[1]) is None
        if bracket and short and (bracket[1].isupper() or initials(mention.name, bracket[1])):
            self._institutions.setdefault(folded(bracket[1]), key)
            self._draft.mention(key, Evidence(bracket.start(1), bracket.end(1)), alias=bracket[1])
        return key

    def _short_for(self, mention: Mention, form: str) -> str | None:
        """Return the institution of which a name is the acronym or a shorter form."""
        if mention.name.isupper() and len(mention.name) > 1:
            for key in dict.fromkeys(self._institutions.values()):
                if initials(self._draft.name(key), mention.name):
                    return key
        if mention.name in words(table("names")["parties"]):
            return next(
                (key for name, key in self._institutions.items() if name.endswith(f"{form} party")), None
            )
        mine = form.split()
        found = []
        for name, key in self._institutions.items():
            have = name.split()
            shorter = have[: len(mine)] == mine and mine[-1] in institution_heads()
            shorter = shorter or (len(mine) > 2 and have[-len(mine) :] == mine)  # noqa: PLR2004  School of Law
            loose = not mention.kind and have[: len(mine)] == mine and len(have) <= len(mine) + 2
            if len(have) > len(mine) and (shorter or loose):
                found.append(key)
        return found[0] if len(set(found)) == 1 else None

    def _place(self, mention: Mention) -> str | None:
        place = known(mention.name)
        if place is None or place.kind == "city":
            key = self._institution_called(mention)
            if key is not None:
                return key
        name = place.name if place else bare(mention.name)
        if place is None:
            person = self._person_called(mention)
            if person is not None or kind_of(mention.name) or strange(mention.name):
                return person
        key = self._places.get(name)
        if key is None:
            return self._add_place(name, place.kind if place else "", mention)
        if place is not None and bare(mention.name) == place.name != self._draft.name(key):
            self._draft.rename(key, place.name, named=True)
        return self._seen_place(key, mention)

    def _person_called(self, mention: Mention) -> str | None:
        """Return the person whose surname the model took for a place."""
        called = [k for name, k in self._persons.items() if name.split()[-1] == mention.name.lower()]
        return self._seen(called[0], mention) if len(called) == 1 else None

    def _located(self, mention: Mention) -> bool:
        """Tell whether the words around say that a name is a place's: in X, X, Peru."""
        text = self._draft.article.text
        before = text[max(0, mention.start - 12) : mention.start].lower().split()
        return bool(before) and before[-1].strip("*") in words(table("names")["locative"])

    def _institution_called(self, mention: Mention) -> str | None:
        """Return the institution that a town's name stands for: `Lincoln` for Lincoln University."""
        before = self._draft.article.text[max(0, mention.start - 8) : mention.start].lower().split()
        if before and before[-1] in ("in", "at", "to", "from", "near", ","):
            return None
        head = mention.name.lower()
        for name, key in self._institutions.items():
            rest = name.removeprefix(head + " ").split()
            if (
                name.startswith(head + " ")
                and len(rest) == 1
                and rest[0] in ("university", "college", "hospital")
            ):
                return self._seen(key, mention)
        return None

    def _add_place(self, name: str, kind: str, mention: Mention) -> str:
        evidence = Evidence(mention.start, mention.end)
        surface = bare(mention.name)
        short = mention.sort is Sort.NATION or len(surface) <= _SHORT
        sure = mention.trusted or self._located(mention)
        key = self._draft.add(Kind.PLACE, name if short else surface, [evidence], sure=sure)
        self._places[name] = key
        self._seen_place(key, mention)
        if kind:
            self._draft.state(key, Relation.KIND, Concept(kind), evidence, rule="gazetteer")
        return key

    def _seen_place(self, key: str, mention: Mention) -> str:
        alias = "" if mention.sort is Sort.NATION else mention.name
        self._draft.mention(key, Evidence(mention.start, mention.end), alias=alias)
        return key

    # Noun phrases ---------------------------------------------------------------------------------

    def _back(self, start: int) -> Iterable[tuple[str, Mention]]:
        for at, key, mention in reversed(self._order):
            if start - _MOST_BACK < at < start:
                yield key, mention

    def definite(self, head: str, start: int) -> str | None:
        """Return the last thing before `start` that `the HEAD` may mean."""
        head = head.lower()
        region = head in words(table("names")["place_words"]) or head in _COUNTRY_WORDS
        spellings = {head, head.replace("centre", "center"), head.replace("center", "centre")}
        for key, mention in self._back(start):
            if region and mention.sort is Sort.PLACE:
                place = known(mention.name)
                wanted = (
                    "country"
                    if head in _COUNTRY_WORDS
                    else "province"
                    if head in ("province", "state")
                    else "city"
                )
                if place is not None and place.kind == wanted:
                    return key
            elif not region and mention.sort is Sort.INSTITUTION:
                called = self._draft.name(key).lower().split()
                if spellings & set(called if head in body_nouns() else called[-1:]):
                    return key
        return None

    def institution_before(self, start: int) -> str | None:
        """Return the institution that `its` means: the first of the sentence, or of the one before."""
        text = self._draft.article.text
        end = start
        for _ in range(2):
            ends = [m.start() + 1 for m in SENTENCE_END.finditer(text, max(0, start - _MOST_BACK), end)]
            first = ends[-1] if ends else max(0, start - _MOST_BACK)
            named = [(at, k) for at, k, m in self._order if first <= at < end and m.sort is Sort.INSTITUTION]
            meant = (
                (m.start(), self.definite(m[1], m.start())) for m in _DEFINITE.finditer(text, first, end)
            )
            found = min([*named, *((at, key) for at, key in meant if key is not None)], default=None)
            if found is not None:
                return found[1]
            end = first
        return None

    def named(self) -> Sequence[tuple[int, str, Mention]]:
        """Return every mention in order: where it begins, whom or what it names, the mention."""
        return self._order

    def place_called(self, name: str) -> str | None:
        """Return the place of a name that the article has, as a name or an adjective."""
        named = [m for m in self._countries if (place := known(m.name)) is not None and place.name == name]
        return self._places.get(name) or (self.of(named[0]) if named else None)

    def country_before(self, start: int) -> str | None:
        """Return the country whose side, delegation or office holder the sentence names before `start`."""
        text = self._draft.article.text
        for mention in reversed(self._countries):
            between = text[mention.end : start]
            if mention.end <= start and len(between) < _NEAR and not SENTENCE_END.search(between):
                return self.of(mention) if _SIDE.match(between) else None
        return None

    def pronoun(self, start: int) -> str | None:
        """Return the last person before `start`."""
        for key, mention in self._back(start):
            if mention.sort is Sort.PERSON:
                return key
        return None

    def government_of(self, place: str) -> str | None:
        """Return the government of a place, where the article names it."""
        name = self._draft.name(place).lower()
        for form, key in self._institutions.items():
            if form.endswith(f"government of {name}"):
                return key
        return None
