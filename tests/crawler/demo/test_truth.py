"""What the sample web says about itself, in numbers."""

from crawler.demo.web import SampleWeb


def test_documents_of_each_site(web: SampleWeb) -> None:
    assert web.truth.documents == {
        "trs.gov.test": 14,
        "jpage.gov.test": 44,
        "essay.test": 11,
        "docs.test": 2,
        "mirror.test": 3,
        "plain.test": 20,
    }


def test_works_with_several_copies(web: SampleWeb) -> None:
    copies = web.truth.same_work
    hosts = {work: sorted({host for host, _, _ in found}) for work, found in copies.items()}
    assert hosts.pop("flagship_2021") == ["docs.test", "essay.test", "mirror.test", "trs.gov.test"]
    assert sorted(hosts.values()) == [
        ["essay.test", "mirror.test"],
        ["essay.test", "plain.test"],
        ["essay.test", "plain.test"],
        ["essay.test", "plain.test"],
    ]
    assert web.truth.clusters == 94 - 3 - 4


def test_look_alikes_are_works_of_their_own(web: SampleWeb) -> None:
    works = {work for page in web.truth.pages for work in page.works}
    for a, b in web.truth.apart:
        assert a != b
        assert {a, b} <= works


def test_skipped_pages_say_why(web: SampleWeb) -> None:
    outcomes = [page.outcomes[0] for page in web.truth.skipped]
    assert outcomes == [
        "soft404",
        "empty",
        "undecodable",
        "error",
        "error",
        "robots",
        "off_topic",
        "off_topic",
    ]


def test_the_canonical_is_a_page(web: SampleWeb) -> None:
    pages = {(page.host, page.path): page for page in web.truth.pages}
    for work, host, path in web.truth.canonical:
        assert work in pages[host, path].works
