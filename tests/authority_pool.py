"""A small authority of ours: invented bodies, and places that everyone knows; the ids are not Wikidata's."""

import json


def place(
    item, label, country, region="", *, people=None, types=("city",), labels=None, aliases=(), ids=None
):
    return {
        "qid": item,
        "ids": ids or {},
        "label": label,
        "type": "place",
        "types": list(types),
        "country": country,
        "region": region,
        **({"population": people} if people else {}),
        "labels": labels or {},
        "aliases": list(aliases),
    }


def body(item, label, country, region, city, *, labels=None, aliases=(), ids=None):
    return {
        "qid": item,
        "label": label,
        "type": "organization",
        "country": country,
        "region": region,
        "city": city,
        "labels": labels or {},
        "aliases": list(aliases),
        "ids": ids or {},
    }


def person(item, label, description, types=()):
    return {"qid": item, "label": label, "type": "person", "types": list(types), "description": description}


REGION = ["subdivision"]
POOL = [
    place("Q1001", "Shanxi", "CN", "Shanxi", people=34_000_000, types=REGION, labels={"zh": "山西"}),
    place("Q1002", "Shaanxi", "CN", "Shaanxi", people=39_000_000, types=REGION, labels={"zh": "陕西"}),
    place("Q1003", "Boston", "US", "Massachusetts", people=650_000, labels={"zh": "波士顿"}),
    place("Q1004", "Boston", "GB", "Lincolnshire", people=41_000),
    place("Q1005", "Riverton", "US", "Wyoming", people=10_000),
    place("Q1006", "Riverton", "US", "Utah", people=45_000),
    place("Q1007", "United States", "US", people=330_000_000, types=["country"], aliases=["US", "USA"]),
    place("Q1008", "Taiyuan", "CN", "Shanxi", people=4_000_000, labels={"zh": "太原"}),
    place("Q1010", "Georgia", "GE", types=["country"], people=3_700_000),
    place("Q1011", "Georgia", "US", "Georgia", types=REGION, people=10_700_000),
    place("Q1012", "South Korea", "KR", types=["country"], ids={"iso3166": "KR"}),
    place("Q1013", "Quell", "DE", "Quell", people=600_000),
    place("Q1014", "Quell", "DE", "Quell", types=REGION, people=900_000),
    place("Q1009", "Lyon", "FR", "Rhône", people=520_000),
    body("Q2001", "Shanxi Institute of Optics", "CN", "Shanxi", "Taiyuan", labels={"zh": "山西光学研究院"}),
    body("Q2002", "Shaanxi Institute of Optics and Heat", "CN", "Shaanxi", "Xi'an"),
    body("Q2003", "Saint Orlan University", "FR", "Rhône", "Lyon", labels={"fr": "Université Saint-Orlan"},
         aliases=["SOU"], ids={"ror": "https://ror.org/0abcde123"}),
    body("Q2004", "Saint Orlan University", "US", "Utah", "Riverton"),
    body("Q2005", "Southern Ocean Union", "AU", "Tasmania", "Hobart", aliases=["SOU"]),
    body("Q2006", "Quellbrunn Technical University", "DE", "Hesse", "Kassel",
         labels={"de": "Technische Universität Quellbrunn"}),
    body("Q2007", "Ministry of Fisheries", "NO", "Oslo", "Oslo"),
    body("Q2008", "Ministry of Fisheries", "IS", "", "Reykjavik"),
    person("Q3001", "Tam Arbuthnot", "baseball player, born 1871, died 1940, major leagues 1895-1899",
           ["baseball"]),
    person("Q3002", "Tam Arbuthnot", "baseball player, born 1950, major leagues 1972-1981", ["baseball"]),
    {"qid": "Q4001", "label": "cold fusion", "type": "concept", "aliases": ["LENR"]},
]  # fmt: skip


def write_pool(path, rows=POOL):
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path
