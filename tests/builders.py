"""Findings in a few words, for tests: every article is fictional and says exactly what the test needs.

    story = Story("a-1", published="2018-05-03")
    hospital = story.institution("Riverdale Hospital", kind="hospital")
    deal = story.agreement("research deal", party=[hospital, school], status="signed")
    findings = story.findings()

The text of the article is made from the words added, so that every evidence is a true quotation.
"""

import hashlib
from datetime import date

from kg.model import (
    ARTICLE_KEY,
    Article,
    Basis,
    Concept,
    Entity,
    Evidence,
    Fact,
    Findings,
    Kind,
    Ref,
    Relation,
    Text,
    Zone,
    ZoneKind,
)

CONCEPTS = {Relation.KIND, Relation.STATUS, Relation.QUALIFIER, Relation.DATE_PRECISION, Relation.TOPIC}


class Story:
    """One article in the making; keys of entities are `e1`, `e2`, ... in order of introduction."""

    def __init__(
        self, name: str, *, published: str | None = "2018-05-03", language: str = "en",
        publisher: str = "Example Daily", title: str = "A fictional report", extractor: str = "hand 1",
    ):  # fmt: skip
        self.id, self.language, self.publisher, self.title = name, language, publisher, title
        self.published = date.fromisoformat(published) if published else None
        self.extractor = extractor
        self.text = ""
        self.entities: list[Entity] = []
        self.facts: list[Fact] = []

    def say(self, words: str) -> Evidence:
        """Add a sentence to the text and return where it stands."""
        start = len(self.text)
        self.text += words
        end = len(self.text)
        self.text += ".\n"
        return Evidence(start, end)

    def add(self, kind: Kind, name: str, /, *, aliases=(), named=True, **facts) -> str:
        """Add an entity and facts about it; returns its key."""
        key = f"e{len(self.entities) + 1}"
        self.entities.append(Entity(key, kind, name, (self.say(name),), tuple(aliases), named))
        for relation, value in facts.items():
            self.fact(key, relation, value)
        return key

    def fact(self, subject, relation, value, *, confidence=0.9, rule="hand", basis=Basis.STATED, words=None):
        """Add facts: one for each of the values if there are several."""
        relation = Relation("".join(p if i == 0 else p.title() for i, p in enumerate(relation.split("_"))))
        for one in value if isinstance(value, list | tuple | set) else [value]:
            stated = words or f"{subject} {relation} {one}"
            evidence = (self.say(stated),)
            made = self.value(relation, one)
            self.facts.append(Fact(subject, relation, made, evidence, rule, confidence, basis))

    def value(self, relation, value):
        if not isinstance(value, str):
            return value
        if relation in CONCEPTS:
            return Concept(value)
        if relation in (Relation.TITLE, Relation.SUBJECT_MATTER):
            return Text(value, self.language)
        if value[:4].isdigit() and len(value) == 10:
            return date.fromisoformat(value)
        return Ref(value)

    def topic(self, *names: str):
        self.fact(ARTICLE_KEY, "topic", list(names))

    def place(self, name: str, **facts) -> str:
        return self.add(Kind.PLACE, name, **facts)

    def institution(self, name: str, **facts) -> str:
        return self.add(Kind.INSTITUTION, name, **facts)

    def person(self, name: str, **facts) -> str:
        return self.add(Kind.PERSON, name, **facts)

    def delegation(self, name: str, **facts) -> str:
        return self.add(Kind.DELEGATION, name, **facts)

    def event(self, name: str, *, named=False, start=None, end=None, **facts) -> str:
        days = {"start_date": start, "end_date": end or start} if start else {}
        return self.add(Kind.EVENT, name, named=named, **days, **facts)

    def agreement(self, name: str, *, named=False, **facts) -> str:
        return self.add(Kind.AGREEMENT, name, named=named, **facts)

    def agreements(self, name: str, size: int, *, qualifier="exactly", **facts) -> str:
        """Add a set of agreements of that size; returns the key of the set."""
        figure = self.add(Kind.FIGURE, "agreements", named=False, value=size, qualifier=qualifier)
        return self.add(Kind.AGREEMENT_SET, name, named=False, size=figure, **facts)

    def role(self, holder: str, body: str, title: str, **facts) -> str:
        return self.add(Kind.ROLE, title, named=False, holder=holder, role_in=body, title=title, **facts)

    def article(self) -> Article:
        text = self.text or "Nothing.\n"
        return Article(
            id=self.id,
            text=text,
            sha256=hashlib.sha256(text.encode()).hexdigest(),
            language=self.language,
            zones=(Zone(ZoneKind.BODY, 0, len(text)),),
            title=self.title,
            publisher=self.publisher,
            published=self.published,
            url=f"https://news.example/{self.id}",
            source=f"{self.id}.txt",
            fictional=True,
        )

    def findings(self) -> Findings:
        return Findings(self.article(), tuple(self.entities), tuple(self.facts), self.extractor)


def lines_article(text: str, *, published=date(2021, 5, 12), title="", publisher="", url="") -> Article:
    """Return an English article of these very lines, each a part of its body."""
    zones, start = [], 0
    for line in text.split("\n"):
        zones.append(Zone(ZoneKind.BODY, start, start + len(line)))
        start += len(line) + 1
    return Article("a", text, "0" * 64, "en", tuple(zones), title, publisher, published, url, "a.txt")


def visit(name: str, *, size=31, status="signed", published="2017-12-18", **options) -> Story:
    """Return a fictional report of a visit with a set of agreements and two that are named."""
    story = Story(name, published=published, **options)
    us, shanxi, boston = story.place("the US"), story.place("Shanxi"), story.place("Boston")
    hospital = story.institution("Shanxi Provincial People’s Hospital", kind="hospital")
    school = story.institution("Yale School of Medicine", kind="medical-school")
    group = story.delegation("Shanxi medical delegation", origin=shanxi)
    story.event("visit", kind="visit", location=us, participant=group, start="2017-12-12", end="2017-12-13")
    signing = story.event("conference", kind="conference", location=boston, start="2017-12-13")
    counted = story.agreements("agreements signed", size, status=status, side=[shanxi, us], signed_at=signing)
    story.agreement(
        "research", party=[hospital, school], status=status, signed_at=signing, in_set=counted,
        topic="pancreatic-cancer", subject_matter="early symptoms",
    )  # fmt: skip
    person = story.person("Ana Quill")
    story.role(person, hospital, "director", attested_on="2017-12-12")
    return story
