"""A repaired page and its clean original are the same work."""

import pytest

from crawler.extract.repair import repair_text
from dedupe import prepare
from tests.crawler.extract.repair.damaged import PAGE, corrupt, some_list, traditional

TEXT = PAGE + "他看着协议，等着回音；站里有著名律师坐班，案例著作也摆着，着重讲明、落到实处。\n"


@pytest.mark.parametrize("folded", [False, True])
def test_a_mirror_page_has_the_fingerprint_of_its_twin(folded):
    done = repair_text(corrupt(TEXT, some_list(60, 6), folded=folded))
    assert prepare(done.text).exact == prepare(TEXT).exact


def test_so_has_a_page_that_only_changed_its_script():
    changed = traditional(TEXT)
    assert "看著" in changed
    assert repair_text(changed).text is changed
    assert prepare(changed).exact == prepare(TEXT).exact
