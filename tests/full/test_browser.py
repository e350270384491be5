"""What a reader sees and does, in a real browser, on the served sample."""

import urllib.parse

import pytest

from tests.full.browser import PROGRAM, browsing

pytestmark = [
    pytest.mark.full,
    pytest.mark.skipif(PROGRAM is None, reason="no Chromium here (sudo make setup-full)"),
]
WIDE = "document.documentElement.scrollWidth - innerWidth"
AGREEMENT = "a[href^='/page/agreement/']"
PAGES = ("", "browse/Agreement", "browse/Institution", "queries/", "sparql", "ns", "help", "nothing-here")


@pytest.fixture(scope="module")
def browser(tmp_path_factory):
    with browsing(tmp_path_factory.mktemp("profile")) as browser:
        browser.size(1440, 1000)
        yield browser


@pytest.fixture
def clean(browser, served):
    """The browser; whatever the test did, nobody else was asked and the browser had no complaint."""
    browser.requests.clear()
    browser.complaints.clear()
    yield browser
    hosts = {urllib.parse.urlsplit(url).netloc for url in browser.requests if url.startswith("http")}
    assert hosts == {urllib.parse.urlsplit(served.url).netloc}
    assert browser.complaints == []


def test_a_reader_goes_from_the_front_page_to_the_sentence_and_its_article(clean, served):
    clean.go(served.url)
    name = clean.do(f"""document.querySelector("{AGREEMENT}").querySelector("[lang=en]").textContent""")
    clean.click(AGREEMENT)

    assert name.strip()
    assert name.strip() in clean.do("document.querySelector('h1').textContent")
    both = "(q => [q.textContent, q.querySelector('mark').textContent])"
    quote, marked = clean.do(f"{both}(document.querySelector('blockquote:has(mark)'))")
    assert marked in quote
    assert clean.do("getComputedStyle(document.querySelector('mark')).backgroundColor") != "rgba(0, 0, 0, 0)"
    clean.click(".quote a[href^='/page/article/']")

    assert "/page/article/" in clean.do("location.pathname")
    assert quote.strip("“”") in clean.do("document.querySelector('.passages').textContent")


def test_the_form_runs_a_query_and_shows_its_rows(clean, served):
    clean.go(served.url + "sparql")
    clean.do("document.querySelector('textarea').select()")
    clean.do("document.querySelector('textarea').focus()")
    clean.type("SELECT ?n WHERE { VALUES ?n { 71 31 } } ORDER BY ?n")
    clean.click("main button[type=submit]")

    assert clean.do("[...document.querySelectorAll('td')].map(cell => cell.textContent)") == ["31", "71"]
    assert clean.do("document.querySelector('textarea').value").startswith("SELECT ?n WHERE")


def test_the_form_shows_a_wrong_query_again_with_what_is_wrong(browser, served):
    browser.go(served.url + "sparql?format=html&query=" + urllib.parse.quote("SELECT ?n WHERE {"))

    assert browser.do("document.querySelector('textarea').value") == "SELECT ?n WHERE {"
    assert "line 1" in browser.do("document.querySelector('main').textContent")


def test_text_of_an_article_is_never_run(clean, served):
    attack = "SELECT (\"<script>document.title='run'</script><img src=x onerror=alert(1)>\" AS ?x) {}"
    clean.go(served.url + "sparql?format=html&query=" + urllib.parse.quote(attack))

    assert "<script>" in clean.do("document.querySelector('td').textContent")
    assert clean.do("document.title") != "run"
    assert clean.do("document.querySelectorAll('img, script').length") == 0


@pytest.mark.parametrize("width", [360, 768, 1440])
def test_no_page_is_wider_than_the_window(browser, served, width):
    browser.size(1440, 900)
    browser.go(served.url + "browse/Agreement")
    links = browser.do("[...document.querySelectorAll('main a[href^=\"/page/\"]')].map(a => a.href)")
    browser.go(served.url + "browse/Article")
    links += browser.do("[...document.querySelectorAll('main a[href^=\"/page/\"]')].map(a => a.href)")
    assert len(links) > 10
    browser.size(width, 900)
    wider = {}
    for url in (*(served.url + page for page in PAGES), *links):
        browser.go(url)
        if (by := browser.do(WIDE)) > 0:
            wider[url] = by

    assert wider == {}


def test_every_word_is_readable_in_the_dark(clean, served):
    """Contrast of text to its background, as WCAG counts it, is 4.5 or more by day and by night."""
    for scheme in ("light", "dark"):
        clean.call("Emulation.setEmulatedMedia", features=[{"name": "prefers-color-scheme", "value": scheme}])
        clean.go(served.url)
        clean.click(AGREEMENT)
        assert clean.do(CONTRAST) == []
    clean.call("Emulation.setEmulatedMedia", features=[])


CONTRAST = """(() => {
  const light = colour => {
    const [r, g, b] = colour.match(/[\\d.]+/g).map(Number).map(v => v / 255)
      .map(v => v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const behind = element => {
    for (let e = element; e; e = e.parentElement) {
      const colour = getComputedStyle(e).backgroundColor;
      if (!/, 0\\)$/.test(colour)) return colour;
    }
    return 'rgb(255, 255, 255)';
  };
  const found = [];
  const walk = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  while (walk.nextNode()) {
    const element = walk.currentNode.parentElement;
    if (!walk.currentNode.data.trim() || !element.getClientRects().length) continue;
    const [a, b] = [light(getComputedStyle(element).color), light(behind(element))];
    const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
    if (ratio < 4.5 && !element.closest('.skip')) found.push([ratio, walk.currentNode.data]);
  }
  return found;
})()"""
