"""Linking cases made from any authority in the lines format: what is known of it is said in words of ours.

A tenth of the items is taken out, so that the right answer for them is none; the mentions are names, held-out
aliases, acronyms, names with slips, names of parts, and namesakes, each in invented sentences.
"""

import json
import random
import re
from collections import defaultdict

from kg.gazetteer import places as gazetteer_places
from kg.link.authority.folding import fold, has_han, is_short_form

HOME = (
    "The rector of {m} in {city} received the guests from {away}.",
    "{m}, based in {city}, {country}, signed a memorandum with a company from {away} on Monday.",
    "Doctors of {m} ({city}, {country}) and colleagues from {away} published the results.",
    "A group of {demonym} scientists from {m} arrived in {away} for a week of talks.",
    "In {city}, {m} opened an office for cooperation with {away}.",
    "The {demonym} side was represented by {m}; experts from {away} took part.",
    "Speaking in {city}, the head of {m} thanked the delegation from {away}.",
    "Next month {m} will welcome trainees at its campus in {city}, {region}.",
    "Under the deal {m} of {country} will share data with partners in {away}.",
)
BARE = (
    "{m} said on Monday that the talks with {away} had gone well.",
    "A spokesman for {m} confirmed the plan.",
    "The memorandum was signed by {m} and a firm from {away}.",
    "{m} will take part in the exhibition.",
)
MIXED = (
    "In {away}, {m} signed a memorandum with several hospitals.",
    "{m} and the City University of {away} have agreed to exchange students.",
    "The delegation visited {m} and two schools before it left {away}.",
    "At a forum in {away}, the president of {m} presented a plan for the next years.",
    "Under a deal signed in {away} this week, {m} of {country} will train nurses.",
    "The {demonym} partner is {m}; the contract was signed in {away}.",
    "After the talks in {away} the guests flew to {city}, where {m} showed its laboratories.",
)
ADDRESS = (
    "Department of Physics, {m}, {city}, {country}",
    "{m}, {city}, {country}",
    "Institute of Oncology, {m}, 12 Main Street, {city} 10233, {country}",
    "{m}, {country}",
    "School of Engineering, {m}, P.O. Box 12, {city}",
    "1) {m}, {city}, {region}; 2) corresponding author",
)
FOREIGN = {
    "zh": ("{m}与{away}的专家举行了会谈。", "昨天,{m}代表团抵达{away}。", "{m}宣布将扩大招生规模。"),
    "ru": ("{m} подписал соглашение с партнерами.", "Делегация: {m}, вчера."),
    "ja": ("{m}は協定に署名した。", "{m}の代表団が到着した。"),
    "ko": ("{m} 대표단이 어제 도착했다.",),
    "ar": ("وقعت {m} اتفاقية تعاون.",),
    "es": ("{m} firmó un acuerdo con socios de {away}.",),
    "fr": ("{m} a signé un accord avec des partenaires de {away}.",),
    "de": ("{m} unterzeichnete ein Abkommen mit Partnern aus {away}.",),
}
AWAY_ZH = ("巴黎", "东京", "英国", "德国", "纽约", "悉尼")
PARTS = (
    "{m} Office of International Affairs",
    "{m} Centre for Digital Health",
    "Alumni Association of {m}",
    "{m} Press",
    "Joint Laboratory of {m} and Partners",
    "{m} Hospital",
    "{m} Foundation",
)
PLACES = (
    "The mayor of {m} said that {region} in {country} would gain.",
    "A school in {m}, {region}, will host pupils from {away}.",
    "The festival in {m} ({country}) opened on Friday.",
    "{m}, {region}",
    "Police in {m}, a town in {region}, are looking for a visitor from {away}.",
)
PLACES_BARE = (
    "The company opened a branch in {m}.",
    "He flew to {m} on Tuesday.",
    "Shops in {m} were closed.",
)
COUNTRIES = (
    "The agreement between {m} and {away} was signed on Friday.",
    "Officials from {m} met their hosts in {away}.",
    "Exports to {m} rose by a tenth.",
    "Department of Chemistry, City College, 10115 Somewhere, {m}",
    "After the visit to {away}, the delegates returned to {m}.",
)
PLAYER = (
    "{m}, a pitcher who made the majors in {start}, died at home.",
    "The museum shows the glove of {m}, who played in the major leagues until {stop}.",
    "Baseball: {m}, born in {born}, is remembered by the town.",
    "A biography of the ballplayer {m} covers the {decade}s.",
    "{m}, a big league catcher of the {decade}s, signed the ball.",
)
OTHERS = (
    "{m}, a cardiologist at the city hospital, welcomed the agreement signed in 2021.",
    "The contract was negotiated by {m}, head of sales of a software firm, in 2019.",
    "{m}, who chairs the trade council, spoke at the forum on Monday.",
    "The school's head teacher, {m}, thanked the guests.",
    "Deputy mayor {m} and his wife attended the dinner.",
    "{m} told the court that the bill had been paid.",
    "The prize went to {m}, a painter born in 1988.",
)


class Maker:
    def __init__(self, rows, seed):
        self.rows, self.random = rows, random.Random(seed)  # noqa: S311  cases, not secrets
        self.by_name = defaultdict(set)
        for row in rows:
            for name in names(row):
                self.by_name[row["type"], fold(name)].add(row["qid"])
        self.of = {row["qid"]: row for row in rows}
        self.country = {
            r["country"]: r["label"]
            for r in rows
            if "country" in r.get("types", []) and r.get("ids", {}).get("iso3166") == r.get("country")
        }
        self.demonym = {
            p.iso: p.demonyms[0] for p in gazetteer_places().values() if p.kind == "country" and p.demonyms
        }
        self.big = [
            r["label"] for r in rows if r["type"] == "place" and (r.get("population") or 0) > 2_000_000
        ]
        self.removed = {
            r["qid"]
            for r in rows
            if self.random.random() < 0.12 and not {"country", "subdivision"} & set(r.get("types", []))
        }
        self.held = {}
        self.cases = []

    def pool(self):
        for row in self.rows:
            if row["qid"] not in self.removed:
                dropped = self.held.get(row["qid"], set())
                labels = {k: v for k, v in row.get("labels", {}).items() if fold(v) not in dropped}
                aliases = [a for a in row.get("aliases", []) if fold(a) not in dropped]
                yield {**row, "labels": labels, "aliases": aliases}

    def words(self, row):
        away = self.random.choice(
            [self.random.choice(self.big), self.random.choice(list(self.country.values()))]
        )
        code = row.get("country", "")
        return {
            "city": row.get("city") or self.country.get(code) or "the capital",
            "country": self.country.get(code) or "the country",
            "region": row.get("region") or row.get("city") or self.country.get(code) or "the region",
            "demonym": self.demonym.get(code) or f"{self.country.get(code, 'foreign')}",
            "away": away,
        }

    def add(self, category, row, mention, templates, *, lang="en", gold=None, also=(), kind=None):
        if not mention.strip():
            return
        context = self.random.choice(templates).format(m=mention, **self.words(row), **years(row))
        gold = gold or ("NIL" if row["qid"] in self.removed else row["qid"])
        self.cases.append(
            {
                "id": f"G{len(self.cases):05d}",
                "mention": mention,
                "type": kind or row["type"],
                "context": context,
                "lang": lang,
                "gold": gold,
                "also_ok": sorted(also),
                "category": category + ("_none" if gold == "NIL" else ""),
                "context_kind": "generated",
            }
        )

    def namesakes(self, row, name):
        return (self.by_name[row["type"], fold(name)] - {row["qid"]}) - self.removed

    def organizations(self, each):
        orgs = [r for r in self.rows if r["type"] == "organization"]
        self.random.shuffle(orgs)
        gone = [r for r in orgs if r["qid"] in self.removed]
        here = [r for r in orgs if r["qid"] not in self.removed]
        for row in [*gone[:each], *here[:each]]:
            self.add("org_home", row, row["label"], HOME)
        for row in [*gone[each : each + each // 2], *here[each : 2 * each]]:
            self.add("org_bare", row, row["label"], BARE)
        for row in [*gone[-each // 2 :], *here[2 * each : 3 * each]]:
            self.add("org_address", row, row["label"], ADDRESS)
        for row in here[3 * each : 4 * each]:
            self.add("org_noisy", row, noisy(row["label"], self.random), HOME)
        for row in gone[each : 2 * each]:
            self.add("org_noisy", row, noisy(row["label"], self.random), HOME)
        same = [r for r in orgs if self.namesakes(r, r["label"])]
        for row in [r for r in same if r["qid"] in self.removed][: 2 * each] + [
            r for r in same if r["qid"] not in self.removed
        ][: 2 * each]:
            self.add("org_same_name", row, row["label"], HOME + ADDRESS[:2])
        for row in here[4 * each : 5 * each]:
            self.add(
                "org_part", row, self.random.choice(PARTS).format(m=row["label"]), HOME + BARE, gold="NIL"
            )
        for row in [*gone[2 * each : 2 * each + each // 3], *here[6 * each : 7 * each]]:
            self.add("org_mixed", row, row["label"], MIXED)
        self.cut(here[7 * each :], each)
        self.acronyms(orgs, each)
        self.other_names([*gone[-each:], *here[7 * each :]], each)
        self.foreign(orgs, each)
        self.aliases(here[5 * each :], each)
        self.confusable(here, each)

    def acronyms(self, orgs, each):
        for wanted in (True, False):
            count = 0
            for row in orgs:
                shorts = [a for a in row.get("aliases", []) if is_short_form(a) and len(a) > 1]
                if not shorts or (row["qid"] in self.removed) is not wanted:
                    continue
                if wanted and not self.namesakes(row, shorts[0]):
                    continue
                self.add("org_acronym", row, shorts[0], HOME)
                count += 1
                if count >= each:
                    break

    def foreign(self, orgs, each):
        count = 0
        for row in orgs:
            options = [(k, v) for k, v in row.get("labels", {}).items() if k in FOREIGN]
            if not options:
                continue
            lang, name = self.random.choice(options)
            templates = FOREIGN[lang]
            if lang == "zh":
                templates = [t.replace("{away}", self.random.choice(AWAY_ZH)) for t in templates]
            self.add("org_language", row, name, templates, lang=lang)
            count += 1
            if count >= 2 * each:
                break

    def aliases(self, orgs, each):
        count = 0
        for row in orgs:
            long = [
                a
                for a in row.get("aliases", [])
                if " " in a and fold(a) != fold(row["label"]) and not has_han(a) and a.isascii()
            ]
            if not long:
                continue
            name = self.random.choice(long)
            self.held.setdefault(row["qid"], set()).add(fold(name))
            self.add("org_alias_held", row, name, HOME + ADDRESS)
            count += 1
            if count >= each:
                break

    def other_names(self, orgs, each):
        count = 0
        for row in orgs:
            long = [
                a
                for a in row.get("aliases", [])
                if not is_short_form(a) and not has_han(a) and fold(a) != fold(row["label"])
            ]
            if long:
                self.add("org_alias", row, self.random.choice(long), HOME + ADDRESS + MIXED + BARE)
                count += 1
            if count >= 2 * each:
                break

    def cut(self, orgs, each):
        """The beginning of a long name, whose rest stands behind a comma."""
        count = 0
        for row in orgs:
            for name in sorted(names(row)):
                words = name.split()
                if len(words) > 6 and not has_han(name) and count < each // 3:
                    short, rest = " ".join(words[:-3]), " ".join(words[-3:])
                    self.add("org_cut", row, short, ["{m}, " + rest.replace("{", "") + ", {city}, {country}"])
                    count += 1
                    break

    def confusable(self, orgs, each):
        """A name of one word more, less or changed is another body's name."""
        by_frame = defaultdict(list)
        for row in orgs:
            for at, word in enumerate(words := row["label"].split()):
                if len(words) > 2 and word[:1].isupper():
                    by_frame[(*words[:at], "*", *words[at + 1 :])].append((row, word))
        pairs = [rows for rows in by_frame.values() if 2 <= len(rows) <= 6 and len({w for _, w in rows}) > 1]
        self.random.shuffle(pairs)
        for rows in pairs[:each]:
            row = rows[0][0]
            gold = row["qid"]
            if gold in self.removed:
                continue
            taken = self.random.random() < 0.5
            if taken:
                self.removed.add(gold)
            self.add("org_neighbour", row, row["label"], HOME + BARE)

    def places(self, each):
        towns = [r for r in self.rows if r["type"] == "place" and r.get("region") and r.get("country")]
        self.random.shuffle(towns)
        same = [r for r in towns if self.namesakes(r, r["label"]) and fold(r["region"]) != fold(r["label"])]
        gone = [r for r in same if r["qid"] in self.removed]
        here = [r for r in same if r["qid"] not in self.removed]
        for row in [*gone[:each], *here[: 2 * each]]:
            near = self.near(row)
            others = [self.of[q] for q in self.by_name["place", fold(row["label"])] - {row["qid"]} - near]
            twice = any(o.get("country") == row["country"] for o in others)
            templates = [t for t in PLACES if not twice or "{region}" in t]
            self.add("place_same_name", row, row["label"], templates, also=near, gold=self.instead(row, near))
        for row in [r for r in towns if not self.namesakes(r, r["label"])][: each // 2]:
            self.add("place_unique", row, row["label"], PLACES_BARE + PLACES)
        large = sorted(towns, key=lambda r: -(r.get("population") or 0))[: 6 * each]
        for row in self.random.sample(large, each):
            others = [self.of[q] for q in self.namesakes(row, row["label"])]
            most = max(((o.get("population") or 0) for o in others), default=0)
            if row["qid"] not in self.removed and (row.get("population") or 0) > 5 * most + 100_000:
                self.add("place_prior", row, row["label"], PLACES_BARE + COUNTRIES[:2], also=self.near(row))

    def countries(self, each):
        rows = [r for r in self.rows if "country" in r.get("types", [])]
        for row in self.random.sample(rows, min(each, len(rows))):
            english = [a for a in row.get("aliases", []) if a.isascii()]
            names = [row["label"], *([self.random.choice(english)] if english else [])]
            for name in names:
                self.add(
                    "country",
                    row,
                    name,
                    COUNTRIES,
                    also=self.namesakes(row, name) if name != row["label"] else (),
                )
        for name in ("US", "USA", "UK", "U.S.", "UAE", "P.R. China", "United States of America"):
            found = [r for r in rows if any(fold(name) == fold(n) for n in names_of(r))]
            for row in found[:1]:
                self.add("country", row, name, COUNTRIES)

    def near(self, row):
        """Other items of that name for what is nearly the same place (a town and its district)."""
        return {
            q
            for q in self.namesakes(row, row["label"])
            if self.of[q].get("country") == row.get("country")
            and (
                fold(self.of[q].get("region", "")) == fold(row.get("region", ""))
                or abs(self.of[q].get("lat", 99) - row.get("lat", -99))
                + abs(self.of[q].get("lon", 99) - row.get("lon", -99))
                < 1.5
            )
        }

    def instead(self, row, near):
        return None if row["qid"] not in self.removed or not near else min(near)

    def persons(self, each):
        people = [r for r in self.rows if r["type"] == "person"]
        self.random.shuffle(people)
        players = [r for r in people if "major leagues" in r.get("description", "")]
        shared = [r for r in players if self.namesakes(r, r["label"])]
        for row in [*shared[:each], *players[:each]]:
            exact = [t for t in PLAYER if "{decade}" not in t]
            also = {
                q
                for q in self.namesakes(row, row["label"])
                if years(self.of[q])["start"] == years(row)["start"]
            }
            self.add("person_player", row, row["label"], exact if row in shared else PLAYER, also=also)
        for row in people[:each]:
            self.add("person_namesake", row, row["label"], OTHERS, gold="NIL")
        for row in people[each : each + each // 2]:
            self.add(
                "person_or_organization",
                row,
                row["label"],
                OTHERS[5:6],
                gold="NIL",
                kind="person-or-organization",
            )


def names_of(row):
    return names(row)


def names(row):
    return {row["label"], *row.get("labels", {}).values(), *row.get("aliases", [])}


def years(row):
    told = row.get("description", "")
    span = re.search(r"(\d{4})-(\d{4})", told)
    born = re.search(r"born (\d{4})", told)
    start, stop = (span[1], span[2]) if span else ("1950", "1955")
    return {"start": start, "stop": stop, "born": born[1] if born else "1930", "decade": start[:3] + "0"}


def noisy(name, rng):
    words = name.split()
    way = rng.randrange(6)
    if way == 0:
        return name.upper()
    if way == 1:
        return " ".join(
            {"University": "Univ.", "Institute": "Inst.", "Hospital": "Hosp.", "National": "Natl."}.get(w, w)
            for w in words
        )
    if way == 2:
        return name.replace(" and ", " & ") if " and " in name else name.lower()
    long = [i for i, w in enumerate(words) if len(w) > 5]
    if not long:
        return name
    at = rng.choice(long)
    word = words[at]
    cut = rng.randrange(2, len(word) - 1)
    if way == 3:
        word = word[:cut] + word[cut + 1 :]
    elif way == 4:
        word = word[: cut - 1] + word[cut] + word[cut - 1] + word[cut + 1 :]
    else:
        word = word[:cut] + word[cut] + word[cut:]
    return " ".join([*words[:at], word, *words[at + 1 :]])


def make(rows, seed=1, each=120):
    """Return the pool without what was taken out, and the cases."""
    maker = Maker(rows, seed)
    maker.organizations(each)
    maker.places(each)
    maker.countries(each)
    maker.persons(each)
    gone = maker.removed
    cases = [
        {
            **c,
            "gold": "NIL" if c["gold"] in gone else c["gold"],
            "also_ok": [q for q in c["also_ok"] if q not in gone],
        }
        for c in maker.cases
    ]
    return list(maker.pool()), cases


def write(rows, cases, folder):
    folder.mkdir(parents=True, exist_ok=True)
    for name, lines in (("pool.jsonl", rows), ("cases.jsonl", cases)):
        text = "".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines)
        (folder / name).write_text(text, encoding="utf-8")
