"""Bytes become text, rightly or not at all."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kg.errors import SourceError
from kg.read.decode import cleaned, decoded

ENGLISH = "Shanxi’s hospitals signed 31 “partnerships” in Boston – the café was full."
FRENCH = "Le ministre a signé à Genève un accord très général où l’hôpital s’engage à former des médecins."
CHINESE = "山西代表团在波士顿签署了三十一项“医疗合作”协议，省人民医院与耶鲁大学——合作。"
TRADITIONAL = "代表團訪問了臺北並簽署了合作備忘錄，雙方將培訓護士。"
RUSSIAN = "Делегация посетила Москву и подписала соглашение о сотрудничестве между больницами."


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("text", [ENGLISH, CHINESE])
def test_marked_and_plain_unicode_is_read(text, encoding):
    assert decoded(text.encode(encoding), "x.txt") == text


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (ENGLISH, "cp1252"),
        (FRENCH, "cp1252"),
        (CHINESE, "gb18030"),
        (TRADITIONAL, "big5"),
        (RUSSIAN, "cp1251"),
    ],
)
def test_an_undeclared_encoding_is_guessed_where_the_guess_is_sure(text, encoding):
    assert decoded(text.encode(encoding), "x.txt") == text


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "gb18030", "x-gbk"])
def test_a_chinese_page_is_read_with_its_curly_quotes_whatever_gb_it_declares(declared):
    text = f'<meta charset="{declared}"><p>People’s {CHINESE}</p>'

    assert decoded(text.encode("gb18030"), "x.html", html=True) == text


@pytest.mark.parametrize("charset", ["iso-8859-1", "windows-1252", "gbk", "big5", "us-ascii"])
def test_utf_8_under_a_wrong_charset_header_is_read_as_utf_8(charset):
    assert decoded((CHINESE + ENGLISH).encode(), "x.html", charset=charset, html=True) == CHINESE + ENGLISH


def test_a_wrong_header_gives_way_to_what_the_page_declares():
    text = f'<meta http-equiv="Content-Type" content="text/html; charset=gb2312"><p>{CHINESE}</p>'

    assert decoded(text.encode("gb18030"), "x.html", charset="utf-8", html=True) == text


def test_latin_1_means_what_browsers_take_it_for():
    assert decoded(ENGLISH.encode("cp1252"), "x", charset="iso-8859-1") == ENGLISH


@pytest.mark.parametrize("label", ["rot13", "zlib", "unicode_escape", "utf-7", "no-such", "", "\x00"])
def test_a_codec_that_is_no_encoding_of_pages_is_not_used(label):
    assert decoded(b"Uryyb +AGE- \\x41", "x", charset=label) == "Uryyb +AGE- \\x41"


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 text",
        b"PK\x03\x04rest",
        b"text\0text",
        bytes(range(128, 256)) * 4,
        b"\xff\xfe\x00",
        b"\x89PNG\r\n",
    ],
)
def test_binary_junk_is_refused_by_name(data):
    with pytest.raises(SourceError, match=r"^junk\.txt: "):
        decoded(data, "junk.txt")


def test_an_encoding_that_cannot_be_told_is_an_error_and_no_guess():
    with pytest.raises(SourceError, match="save it as UTF-8"):
        decoded("Ďáblův žlutý kůň úpěl ódy příšerně".encode("cp1250") + b"\x81\x83", "x.txt")


def test_line_ends_marks_and_stray_controls_are_cleaned():
    assert cleaned("\ufeffa\r\nb\rc\x0bd\te\u0301", "x") == "a\nb\nc d\té"


@pytest.mark.parametrize("text", ["a\0b", "\x01\x02" * 20, "half \ud800 pair"])
def test_what_cannot_be_text_is_refused(text):
    with pytest.raises(SourceError, match=r"^x: "):
        cleaned(text, "x")


@given(st.text(st.characters(exclude_categories=["Cs", "Cc"])))
def test_cleaning_changes_nothing_but_the_normal_form_and_the_mark(text):
    expected = (
        unicodedata.normalize("NFC", text.removeprefix("\ufeff"))
        .replace("\ufffe", " ")
        .replace("\uffff", " ")
    )

    assert cleaned(text, "x") == expected
    assert cleaned(expected, "x") == unicodedata.normalize("NFC", expected.removeprefix("\ufeff"))
