"""Stage 7, what each file for download is: its words, media types and rights, by its name."""

import re
from dataclasses import dataclass

# JSON lines have no registered type.
_IANA = {
    "nq": "application/n-quads",
    "trig": "application/trig",
    "ttl": "text/turtle",
    "nt": "application/n-triples",
    "jsonld": "application/ld+json",
    "jsonl": "text/plain",
    "json": "application/json",
    "csv": "text/csv",
    "tsv": "text/tab-separated-values",
    "txt": "text/plain",
    "cff": "application/yaml",
    "SHA256SUMS": "text/plain",
}
_PACKED = {"gz": "application/gzip", "zst": "application/zstd"}
_W3C = {"nq": "N-Quads", "trig": "TriG", "ttl": "Turtle", "nt": "N-Triples", "jsonld": "JSON-LD"}
_TITLES: tuple[tuple[str, str, str], ...] = (
    (
        r"accord\.(nq|trig)",
        "All graphs",
        "Every named graph of the release, with the quoted words of articles.",
    ),
    (r"accord\.(ttl|jsonld)", "Consolidated facts", "Each thing once, as the default graph of the endpoint."),
    (
        r"accord-noquotes\..*",
        "All graphs without quotations",
        "Every named graph without the words of articles.",
    ),
    (r"accord-evidence\..*", "Evidence", "The claims and the passages that say so, in their words."),
    (r"accord-reports\..*", "Reports", "What each article reports, as plain statements."),
    (
        r"accord-(\d{4})\..*",
        "Year {0}",
        "The graphs of the articles of {0}, with the quoted words of articles.",
    ),
    (r"accord-undated\..*", "Without a date", "The graphs of the articles of which nobody knows the day."),
    (r"accord-links\..*", "Links", "What was decided about links to other data sets, as SSSOM."),
    (
        r"accord-documents\..*",
        "Documents",
        "One JSON-LD document a line for each agreement, event, delegation and institution.",
    ),
    (r"accord-([a-z-]+)\..*", "Facts: {0}", "The consolidated facts about {0}."),
    (r"context\.jsonld", "JSON-LD context", "The short names that the JSON-LD files use."),
    (
        r"csv-metadata\.json",
        "Description of the tables",
        "CSV on the Web: columns, types and keys of the tables.",
    ),
    (
        r"evidence\.csv-metadata\.json",
        "Description of the table of evidence",
        "CSV on the Web: columns, types and keys of evidence.csv, unpacked.",
    ),
    (
        r"evidence\.csv",
        "Table: evidence",
        "A table of claims with the quoted words of articles, one row a claim and passage.",
    ),
    (r"agreement-parties\.csv", "Table: agreement parties", "A table of who is bound by which agreement."),
    (r"event-participants\.csv", "Table: event participants", "A table of who took part in which event."),
    (r"delegation-members\.csv", "Table: delegation members", "A table of who belongs to which delegation."),
    (r"roles\.csv", "Table: roles", "A table of who held which office where, for spreadsheets."),
    (r"(.+)\.csv", "Table: {0}", "A table of {0}, for spreadsheets."),
    (
        r"graphs\.tsv",
        "List of graphs",
        "Each graph of accord.nq.gz, its SHA-256 (RDFC-1.0), and where it lies.",
    ),
    (r"ontology\.ttl", "Ontology", "The classes, properties and lists that the data uses."),
    (r"shapes\.ttl", "Shapes", "The SHACL shapes that the graph of each article keeps to."),
    (r"report\.(ttl|txt)", "Validation report", "What the rules found, and which articles were kept out."),
    (r"coverage\.json", "Coverage", "Outlets, dates, languages and what was kept out."),
    (r"void\.(ttl|jsonld)", "VoID", "How many things of which class there are, and what is said of them."),
    (r"catalog\.(ttl|jsonld)", "Catalog", "What each file is, for programs (DCAT 3)."),
    (r"README\.txt", "Read me", "What is what in this folder."),
    (r"CITATION\.cff", "Citation", "How to cite the release."),
    (r"LICENSE-DATA\.txt", "Licence", "What you may do with the data."),
    (r"SHA256SUMS", "Checksums", "The checksum of every other file."),
)
"""Pattern of the name, title, description; the first that fits counts."""
_CONFORMS = {
    "accord-links.sssom.tsv": "https://w3id.org/sssom/",
    "shapes.ttl": "http://www.w3.org/ns/shacl#",
    "report.ttl": "http://www.w3.org/ns/shacl#",
    "csv-metadata.json": "http://www.w3.org/ns/csvw#",
    "evidence.csv-metadata.json": "http://www.w3.org/ns/csvw#",
    "ontology.ttl": "http://www.w3.org/2002/07/owl#",
    "void.ttl": "http://rdfs.org/ns/void#",
    "void.jsonld": "http://rdfs.org/ns/void#",
}
_WITHOUT_QUOTES = re.compile(
    r"accord\.(ttl|jsonld)(\..*)?|accord-(noquotes|reports|links)\..*|accord-[a-z-]+\.ttl\..*|context\..*|graphs\..*|ontology\..*"
    r"|shapes\..*|coverage\..*|void\..*|accord-documents\..*|(?!evidence)[a-z-]+\.csv|(evidence\.)?csv-metadata\..*"
)
"""Every other file may hold words of articles, and says so."""


@dataclass(frozen=True, slots=True)
class Described:
    """What a file is."""

    title: str
    description: str
    media_type: str
    """Of what is in it, when it is unpacked."""
    packed_as: str
    """Media type of the packing; empty where there is none."""
    w3c_format: str
    """Name in http://www.w3.org/ns/formats/; empty where it has none."""
    conforms_to: str
    quotes: bool
    """Whether it may hold words of articles."""
    rank: int
    """Where it stands among the others, the most useful first."""
    one_of_several: bool
    """Whether there are more of its kind, such as one a year."""


def described(name: str) -> Described:
    """Return what a file of a release is; of one that nobody named, what its ending tells."""
    ending = name.rsplit(".", 1)[-1]
    packed_as = _PACKED.get(ending, "")
    plain = name.removesuffix("." + ending) if packed_as else name
    kind = plain.rsplit(".", 1)[-1]
    rank, title, description = _words(plain)
    return Described(
        title=title,
        description=description,
        media_type=_IANA.get(kind, "application/octet-stream"),
        packed_as=packed_as,
        w3c_format=_W3C.get(kind, ""),
        conforms_to=_CONFORMS.get(plain, ""),
        quotes=not _WITHOUT_QUOTES.fullmatch(name),
        rank=rank,
        one_of_several=rank < len(_TITLES) and "{0}" in _TITLES[rank][1],
    )


def media_type_of(name: str) -> str:
    """Return the media type by which a file is sent, packed as it is."""
    what = described(name)
    return what.packed_as or what.media_type


def _words(plain: str) -> tuple[int, str, str]:
    for rank, (pattern, title, description) in enumerate(_TITLES):
        if found := re.fullmatch(pattern, plain):
            given = [each.replace("-", " ") for each in found.groups() if each]
            return rank, title.format(*given), description.format(*given)
    return len(_TITLES), plain, ""
