"""The sample's site as files, read from the disk by a real browser: nobody is asked for anything."""

import urllib.parse

import pytest

from kg.publish.export import export_site
from kg.settings import Settings
from tests.full.browser import PROGRAM, browsing

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium here (sudo make setup-full)"),
]


@pytest.fixture(scope="module")
def files(sample, tmp_path_factory):
    out = tmp_path_factory.mktemp("files") / "site"
    export_site(sample, out, settings=Settings())
    return out


def test_a_reader_goes_from_file_to_file_and_comes_to_the_sentence(files, tmp_path):
    with browsing(tmp_path) as browser:
        browser.size(1440, 1000)
        browser.go((files / "index.html").as_uri())
        assert (
            browser.do("getComputedStyle(document.querySelector('h1')).fontSize") != "32px"
        )  # not the plain one
        browser.click("main a[href^='browse/Agreement/']")
        browser.click("main a[href*='page/agreement/']")
        assert browser.do("document.querySelector('h1').textContent").strip()
        quote = browser.do("document.querySelector('blockquote:has(mark)').textContent")
        browser.click(".quote a[href*='../article/']")
        assert quote.strip("“”") in browser.do("document.querySelector('.passages').textContent")
        browser.click(".formats a[href$='.ttl'], nav a[href$='ns/index.html']")
        asked = {urllib.parse.urlsplit(url).scheme for url in browser.requests}

    assert asked <= {"file", "about"}
    assert browser.complaints == []
