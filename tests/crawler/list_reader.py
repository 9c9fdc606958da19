"""Reads invented list pages with the built-in rules of a family."""

import json

from crawler.links import read_list
from spiders.profile import load_profiles

FAMILIES = load_profiles().families
HOST = "http://scjg.yunxi.gov.cn"
HOSTS = ("scjg.yunxi.gov.cn",)


def read(family, text, url, **more):
    rules = FAMILIES[family]
    article = more.pop("article", rules.article)
    listing = more.pop("rules", rules.list)
    hosts = more.pop("hosts", HOSTS)
    return read_list(text, url, rules=listing, article=article, hosts=hosts, **more)


def again(family, text, follow, **more):
    state = json.loads(json.dumps(follow.state))  # a state is a database value
    return read(family, text, follow.url, page=follow.page, state=state, **more)
