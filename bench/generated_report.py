"""One seeded article: what an outlet writes about an occasion, with all that a perfect reader finds in it."""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random

import generated_words as words
from generated_page import Page, Thing, over
from generated_world import Body, Occasion, Person, occasion, occasion_of

from kg.gazetteer import PlaceRecord
from kg.model import ARTICLE_KEY, Article, Evidence, Findings, Kind

EXTRACTOR = "generated 1"
_HAPPENED = {"signed", "in-force", "preliminary", "denied"}


class Report:
    """One article about an occasion, as one outlet tells it in one language."""

    def __init__(self, number: int, seed: int, version: int) -> None:
        self.id, self.url = f"generated-{seed}-{number:06}", f"https://news.example/{seed}/{number}"
        self.version = version
        self.what: Occasion = occasion(occasion_of(number), seed)
        self.random = random = Random(f"{seed} article {number}")  # noqa: S311  the same for ever
        self.language = "zh" if random.random() < 0.2 else "en"
        self.outlet = random.choice(words.OUTLETS)[self.language == "zh"]
        self.status = self._status(early=self.what.number == number and self.what.announced)
        self.mode = "happened" if self.status in _HAPPENED else self.status
        later = timedelta(days=random.randrange(3))
        self.published = (
            self.what.end + later if self.mode == "happened" else self.what.start - 9 * later.resolution
        )
        self.size = self.what.agreements + version + (random.random() < 0.1)
        self.at_conference = self.what.venue != (version % 4 > 1)
        self.page, self.known = Page(self.language), dict[str, Thing]()
        self.venue: Thing | None = None
        self._write()

    @property
    def file(self) -> str:
        head = {
            "id": self.id, "title": f'"{self.title}"', "publisher": self.outlet, "date": self.published,
            "url": self.url, "language": self.language, "fictional": "true",
        }  # fmt: skip
        return (
            "---\n" + "".join(f"{key}: {value}\n" for key, value in head.items()) + "---\n" + self.page.text
        )

    def findings(self, article: Article) -> Findings:
        return Findings(article, tuple(self.page.entities.values()), tuple(self.page.facts), EXTRACTOR)

    def _status(self, *, early: bool) -> str:
        """Return how things stand: before the day, in the end, or as only this outlet has it."""
        told = "denied" if self.random.random() < 0.03 else self.what.outcome
        told = "planned" if early else told
        others = {"signed": "preliminary", "planned": "cancelled", "cancelled": "planned"}
        return others.get(told, "signed") if self.version % 2 else told

    # ------------------------------------------------------------ what is spoken of
    def _body(self, body: Body) -> Thing:
        return self._named(Kind.INSTITUTION, body.names[self.language])

    def _place(self, place: PlaceRecord) -> Thing:
        return self._named(Kind.PLACE, place.names[self.language])

    def _person(self, body: Body, place: int) -> tuple[Person, Thing]:
        person = self.what.person(body, place)
        return person, self._named(Kind.PERSON, person.names[self.language])

    def _named(self, kind: Kind, name: str) -> Thing:
        """Return the thing of that name: an article means one thing by it."""
        key = f"{kind} {name}"
        if key not in self.known:
            self.known[key] = self.page.make(kind, name, named=True)
        return self.known[key]

    def _in(self, en: str, zh: str) -> str:
        return zh if self.language == "zh" else en

    def _day(self, day: date) -> str:
        month = words.MONTHS[day.month - 1]
        return self._in(f"{day.day} {month} {day.year}", f"{day.year}年{day.month}月{day.day}日")

    def _say(self, table: dict[str, tuple[str, ...]], **slots: Thing | str) -> dict[str, Evidence]:
        return self.page.say(self.random.choice(table[self.language]), **slots)

    def _say_of(
        self, table: dict[str, dict[str, tuple[str, ...]]], **slots: Thing | str
    ) -> dict[str, Evidence]:
        return self.page.say(self.random.choice(table[self.language][self.mode]), **slots)

    # ------------------------------------------------------------ the text
    def _write(self) -> None:
        what = self.what
        self.guest, self.host, self.other = map(self._body, (what.guest, what.host, what.other))
        self.city, self.town = map(self._place, (what.host.town, what.guest.town))
        self.country, self.land = map(self._place, (what.host.land, what.guest.land))
        self.topic, *subject = words.TOPICS[what.subject]
        self.subject = subject[self.language == "zh"]
        self._headline()
        self._paragraph(self._visit, self._leaders, self._seat)
        self._paragraph(self._meeting, self._aside)
        if self.at_conference and self.mode == "happened":
            self._paragraph(self._conference, self._aside)
        self._paragraph(self._signing, self._counts)
        self._paragraph(self._pacts)
        self._paragraph(self._aside)
        if self.version:
            self.page.text += "\n\n"
            self.page.say(words.CORRECTIONS[self.language], version=str(self.version))

    def _paragraph(self, *sentences: Callable[[], None]) -> None:
        self.page.text += "\n\n"
        for sentence in sentences:
            # A sentence may have nothing to say here.
            if self.language == "en" and not self.page.text.endswith((" ", "\n")):
                self.page.text += " "
            sentence()
        self.page.text = self.page.text.rstrip()

    def _headline(self) -> None:
        self.page.text = "# "
        self.first = self._say(
            words.HEADLINES, guest=self.guest, host=self.host, city=self.city, subject=self.subject,
            deal=words.DEALS[self.language][self.status],
        )  # fmt: skip
        self.title = self.page.text[2:]
        self.page.state(ARTICLE_KEY, "mention", self.first["subject"], topic=self.topic)

    def _visit(self) -> None:
        what, state = self.what, self.page.state
        start, end = self._day(what.start), self._day(what.end)
        days = self._in(f"from {start} to {end}", f"{start}至{end}")
        days = self._in(f"on {start}", start) if what.start == what.end else days
        at = self._say_of(
            words.VISITS, guest=self.guest, host=self.host, city=self.city, country=self.country, days=days,
            size=str(what.heads),
        )  # fmt: skip
        name = self._in(f"Delegation of {self.guest.words}", f"{self.guest.words}代表团")
        self.group = self.page.make(Kind.DELEGATION, name, over(at["guest"], at["size"]))
        figure = self.page.make(Kind.FIGURE, self._in("members", "成员"), at["size"])
        state(figure.key, "count", at["size"], value=what.heads, qualifier="exactly")
        state(self.group.key, "count", over(at["guest"], at["size"]), size=figure, sent_by=self.guest)
        label = self._in(
            f"Visit of {self.guest.words} to {self.host.words}", f"{self.guest.words}访问{self.host.words}"
        )
        self.trip = self._event("visit", f"{label}, {days}", at["all"], at["days"], (what.start, what.end))
        state(self.trip.key, "visit", at["all"], host=self.host, participant=self.group)
        self._lies(self.host, what.host, at, ("host", "city", "country"))

    def _event(self, kind: str, name: str, at: Evidence, when: Evidence, days: tuple[date, date]) -> Thing:
        """Return a new event; what happens in a report lies in its city."""
        event = self.page.make(Kind.EVENT, name, at)
        rule = "visit" if kind == "visit" else "meeting"
        self.page.state(event.key, rule, at, kind=kind, status=self.mode, location=self.city)
        self.page.state(
            event.key, rule, when, start_date=days[0], end_date=days[1], date_precision="to-the-day"
        )
        return event

    def _lies(self, thing: Thing, body: Body, at: dict[str, Evidence], slots: tuple[str, str, str]) -> None:
        """State what a body is, and where it and its town lie."""
        name, town, land = slots
        state, place, country = self.page.state, self._place(body.town), self._place(body.land)
        state(thing.key, "mention", at[name], kind=body.kind)
        state(thing.key, "mention", over(at[name], at[town]), location=place)
        state(place.key, "mention", at[town], kind="city")
        state(place.key, "mention", over(at[town], at[land]), within=country)
        state(country.key, "mention", at[land], kind="country")

    def _role(self, person: tuple[Person, Thing], body: Thing, at: Evidence, title: Evidence) -> None:
        who, thing = person
        words = who.titles[self.language]
        role = self.page.make(Kind.ROLE, words, title)
        self.page.state(role.key, "role", at, holder=thing, role_in=body, attested_on=self.published)
        self.page.state(role.key, "role", title, title=words)

    def _leaders(self) -> None:
        self.head, one = self._person(self.what.guest, 0), self._person(self.what.other, 1)
        at = self._say(
            words.LEADERS, head=self.head[1], one=one[1], guest=self.guest, other=self.other,
            title=self.head[0].titles[self.language], post=one[0].titles[self.language],
        )  # fmt: skip
        self.page.state(self.group.key, "role", at["all"], head=self.head[1], member=[one[1], self.head[1]])
        self._role(self.head, self.guest, over(at["head"], at["title"], at["guest"]), at["title"])
        self._role(one, self.other, over(at["one"], at["post"], at["other"]), at["post"])
        self.page.state(self.other.key, "mention", at["other"], kind=self.what.other.kind)

    def _seat(self) -> None:
        at = self._say(words.SEATS, guest=self.guest, town=self.town, land=self.land)
        self._lies(self.guest, self.what.guest, at, ("guest", "town", "land"))
        self.page.state(self.group.key, "visit", at["all"], origin=self.land)

    def _meeting(self) -> None:
        self.chief = self._person(self.what.host, 2)
        at = self._say_of(
            words.MEETINGS, chief=self.chief[1], title=self.chief[0].titles[self.language], host=self.host,
            head=self.head[1], city=self.city, day=self._day(self.what.start),
        )  # fmt: skip
        self._role(self.chief, self.host, over(at["chief"], at["title"], at["host"]), at["title"])
        label = self._in(
            f"Meeting of {self.chief[1].words} and {self.head[1].words}",
            f"{self.chief[1].words}会见{self.head[1].words}",
        )
        event = self._event("meeting", label, at["all"], at["day"], (self.what.start, self.what.start))
        self.page.state(event.key, "meeting", at["all"], participant=[self.chief[1], self.head[1]])
        self.page.state(event.key, "meeting", at["all"], sub_event_of=self.trip)

    def _aside(self) -> None:
        self._say(words.ASIDES, subject=self.subject, head=self.head[1], chief=self.chief[1])

    def _conference(self) -> None:
        day, end = self._day(self.what.end), self.what.end
        edition = f"{self.what.edition}-{end.year}"
        name = self._in(f"{self.city.words} Forum {edition}", f"{self.city.words}论坛{edition}")
        at = self._say(words.VENUES, venue=name, city=self.city, day=day, guest=self.guest, other=self.other)
        self.venue = self._event("conference", name, at["venue"], at["day"], (end, end))
        self.page.state(self.venue.key, "meeting", at["all"], participant=[self.guest, self.other])

    def _signing(self) -> None:
        if self.status not in {"signed", "in-force"} or self.venue is not None:
            return
        end = self.what.end
        at = self._say(words.SIGNINGS, city=self.city, day=self._day(end), guest=self.guest, host=self.host)
        label = f"{self.guest.words} – {self.host.words}"
        label = self._in(f"Signing: {label}", f"签约：{label}")
        self.venue = self._event("signing", label, at["all"], at["day"], (end, end))
        self.page.state(self.venue.key, "agreement", at["all"], participant=[self.guest, self.host])

    def _counts(self) -> None:
        part = self.part = self.size // 3 + 1
        at = self.page.say(
            words.COUNTS[self.language][self.status], land=self.land, country=self.country,
            number=str(self.size), part=str(part), subject=self.subject,
        )  # fmt: skip
        sides = f"{self.land.words} – {self.country.words}"
        whole = self._set(self.size, sides, at["all"], at["number"])
        self.counted = self._set(part, f"{sides}, {self.subject}", at["all"], at["part"])
        self.page.state(self.counted.key, "count", at["all"], subset_of=whole)
        self.page.state(self.counted.key, "agreement", at["subject"], topic=self.topic)

    def _set(self, size: int, label: str, at: Evidence, number: Evidence) -> Thing:
        state = self.page.state
        label = self._in(f"{size} agreements: {label}", f"{size}项协议：{label}")
        counted = self.page.make(Kind.AGREEMENT_SET, label, at)
        figure = self.page.make(Kind.FIGURE, self._in("agreements", "协议"), number)
        qualifier = "planned-figure" if self.status == "planned" else "exactly"
        state(figure.key, "count", number, value=size, qualifier=qualifier)
        state(counted.key, "count", at, size=figure)
        state(counted.key, "agreement", at, side=[self.land, self.country], status=self.status)
        self._signed(counted, at)
        return counted

    def _signed(self, agreed: Thing, at: Evidence) -> None:
        if self.venue is not None and self.status in {"signed", "in-force"}:
            self.page.state(agreed.key, "agreement", at, signed_at=self.venue)

    def _pacts(self) -> None:
        # No more are named than are counted.
        parties = [(self.guest, self.host), (self.other, self.host), (self.guest, self.other)]
        for place, (one, two) in enumerate(parties[: min(self.random.randrange(1, 4), self.part)]):
            self.page.text += " " if place and self.language == "en" else ""
            self._pact(one, two, words.KINDS[(self.what.number + place) % len(words.KINDS)])

    def _pact(self, one: Thing, two: Thing, kind: tuple[str, str, str]) -> None:
        said = kind[1 + (self.language == "zh")]
        at = self.page.say(
            words.PACTS[self.language][self.status], one=one, two=two, kind=said, subject=self.subject
        )
        label = f"{one.words} – {two.words}"
        label = self._in(f"{said.capitalize()}: {label}", f"{said}：{label}")
        pact = self.page.make(Kind.AGREEMENT, label, at["all"])
        state = self.page.state
        state(pact.key, "agreement", at["all"], party=[one, two], status=self.status, in_set=self.counted)
        state(pact.key, "agreement", at["kind"], kind=kind[0])
        state(pact.key, "agreement", at["subject"], subject_matter=self.subject, topic=self.topic)
        self._signed(pact, at["all"])
