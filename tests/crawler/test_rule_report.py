from crawler.rule_report import SAMPLE, article_hits, list_hits
from tests.crawler.list_reader import FAMILIES

LIST = """<ul><li><a href="t20220315_1.html">总结</a></li></ul>
<script>createPageHTML(7,0,"index","html")</script>"""
ARTICLE = f"""<head><meta name="articletitle" content="年度维权总结"></head>
<div class="TRS_Editor"><style>p{{}}</style>{"全年受理投诉。" * 40}</div>"""


def shown(hits):
    return {(hit.key, hit.rule): (hit.found, hit.sample) for hit in hits}


def test_what_list_rules_find():
    family = FAMILIES["trs_wcm"]
    hits = {hit.key: (hit.found, hit.sample) for hit in list_hits(LIST, family.list)}
    assert hits == {"list.links": (1, "总结"), "list.page.total": (1, "7")}
    columns = list_hits("columnid=77", FAMILIES["jcms_jpage"].list)
    assert ("list.page.form_from_page.columnid", 1, "77") in {
        (hit.key, hit.found, hit.sample) for hit in columns
    }


def test_what_article_rules_find():
    rules = FAMILIES["trs_wcm"].article
    hits = shown(article_hits(ARTICLE, "http://a.cn/t20220315_1.html", rules))
    assert hits["article.meta.title", "ArticleTitle"] == (1, "年度维权总结")
    assert hits["article.meta.date", "PubDate"] == (0, "")
    assert hits["article.date_from_url", rules.date_from_url] == (1, "2022")
    found, sample = hits["article.body", ".TRS_Editor"]
    assert found == 1
    assert len(sample) == SAMPLE
    assert hits["article.body", "#zoom"] == (0, "")
    assert hits["article.prune", "style"][0] == 1


def test_an_empty_page_has_no_finds():
    for family in FAMILIES.values():
        hits = (*list_hits("", family.list), *article_hits("", "http://a.cn/", family.article))
        assert all(hit.found == 0 for hit in hits)
