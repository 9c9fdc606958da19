"""How fast a crawl is beside what it is made of.

    python -m tests.benchmarks.crawl_speed [fetch] [pipeline] [memory] [--pages N]

fetch     fetching and capturing, beside a bare Scrapy spider with the same settings on the same
          site; goal: at least 0.7 of its pages a second
pipeline  the whole way to documents on all cores, beside `trafilatura.bare_extraction` with
          metadata on one core times the number of cores; goal: at least 0.8 of that. news-please
          stands beside it where it is installed, or where XIAOBAO_PEERS names a Python that has it
memory    resident memory of the crawl process over 10,000 pages; goal: under 400 MB, flat

Each pair runs in one call on one machine: quote the ratios.
"""

import argparse
import json
import multiprocessing
import os
import random
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

import psutil
from pypinyin.phrases_dict import phrases_dict

from tests.web import Web, command, environment, html, serving

ROW = 50
WORDS = sorted(word for word in phrases_dict if 2 <= len(word) <= 4)
CONCURRENCY = 8
PROFILE = """
schema = 1
id = "mysite"
family = "none"
site_type = "government"
hosts = ["{host}"]
[politeness]
delay = 0.0
concurrency = {concurrency}
max_pages_per_run = 1000000
[[start]]
url = "http://{host}/list.html"
max_pages = 100000
[article]
url_regex = '/a/\\d+\\.html$'
[list.page]
kind = "next_link"
next = "a.next"
"""


def article(n: int, size: int) -> str:
    """A page of about `size` characters of invented report in a portal's frame.

    The prose differs from page to page as reports of different agencies do: pages of one template
    would measure the comparison of look-alikes and little else.
    """
    chance = random.Random(n)
    menu = "".join(f"<li><a href='/c/{k}.html'>栏目{k}</a></li>" for k in range(40))
    figures = (
        f"第{n}所全年受理消费者投诉{n * 7 + 3}件、举报{n + 11}件，"
        f"为消费者挽回经济损失{n * 31 + 17}元，维护消费者权益，12315热线有问必答。"
    )
    paragraphs = [f"<p>{figures}</p>"]
    while sum(map(len, paragraphs)) < size:
        words = "".join(chance.choices(WORDS, k=40))
        paragraphs.append(
            f"<p>{words[:30]}，{words[30:60]}，共计{chance.randint(10, 9999)}件。</p>"
        )
    return (
        f"<html><head><title>第{n}所消费维权工作总结</title></head>"
        f"<body><ul class='nav'>{menu}</ul>"
        f"<h1>第{n}所消费维权工作总结</h1><div id='zoom'>{''.join(paragraphs)}</div>"
        f"<div class='foot'>版权所有 某县市场监督管理局</div></body></html>"
    )


def _serve(pages: int, size: int, ports: "multiprocessing.Queue[int]") -> None:
    web = Web()
    for first in range(0, pages, ROW):
        numbers = range(first, min(pages, first + ROW))
        rows = "".join(f'<li><a href="/a/{n}.html">消费维权工作总结{n}</a></li>' for n in numbers)
        more = f'<a class="next" href="/list_{first // ROW + 1}.html">下一页</a>'
        name = f"/list_{first // ROW}.html" if first else "/list.html"
        web.pages[name] = html(f"<ul>{rows}</ul>{more if first + ROW < pages else ''}")
    for n in range(pages):
        web.pages[f"/a/{n}.html"] = html(article(n, size))
    with serving(web):
        ports.put(web.port)
        time.sleep(3600)


@contextmanager
def site(pages: int, size: int) -> Iterator[Web]:
    """The site, served by a process of its own."""
    context = multiprocessing.get_context("spawn")
    ports: multiprocessing.Queue[int] = context.Queue()
    process = context.Process(target=_serve, args=(pages, size, ports), daemon=True)
    process.start()
    try:
        yield Web(port=ports.get(timeout=60))
    finally:
        process.kill()
        process.join()


BARE = """
import json, sys, time
import scrapy
from scrapy.crawler import AsyncCrawlerProcess
from crawler import settings as ours

class Bare(scrapy.Spider):
    name = "bare"
    async def start(self):
        for n in range(int(sys.argv[2])):
            yield scrapy.Request(f"http://{sys.argv[1]}/a/{n}.html")
    def parse(self, response):
        pass

own = {"SCHEDULER", "ITEM_PIPELINES", "SPIDER_LOADER_CLASS"}
settings = {k: v for k, v in vars(ours).items() if k.isupper() and k not in own}
settings["DOWNLOADER_MIDDLEWARES"] = {
    k: v for k, v in ours.DOWNLOADER_MIDDLEWARES.items() if k.startswith("scrapy")
}
settings |= {"DOWNLOAD_DELAY": 0, "CONCURRENT_REQUESTS_PER_DOMAIN": int(sys.argv[3])}
process = AsyncCrawlerProcess(settings)
crawler = process.create_crawler(Bare)
process.crawl(crawler)
process.start()
stats = crawler.stats.get_stats()
took = stats["elapsed_time_seconds"]
print(json.dumps([stats["response_received_count"], took, time.process_time()]))
"""

OURS = """
import json, resource, sys, time
from datetime import UTC, datetime
from pathlib import Path
import crawler.session
import spiders.site
from crawler.config import Config
from crawler.run import crawl_sites

class Held:  # extraction is not what is measured here
    finished, fault = False, None
    def __init__(self, config): pass
    def finish(self): self.finished = True

class Timed(spiders.site.SiteSpider):
    def closed_by_scrapy(self, reason):
        started = self.crawler.stats.get_value("start_time")
        seconds.append((datetime.now(UTC) - started).total_seconds())
        super().closed_by_scrapy(reason)

seconds = []
crawler.session.IngestProcess = Held
spiders.site.SiteSpider = Timed
folder, profiles = map(Path, sys.argv[1:])
config = Config(archive=folder, profiles=profiles, allow_networks=("127.0.0.0/8",))
report = crawl_sites(config, ["mysite"])
recorder = resource.getrusage(resource.RUSAGE_CHILDREN)
used = time.process_time() + recorder.ru_utime + recorder.ru_stime
print(json.dumps([report.captures, seconds[0], used]))
"""

NEWS_PLEASE = """
import json, resource, sys, time
from newsplease import NewsPlease

started = time.time()
urls = [f"http://{sys.argv[1]}/a/{n}.html" for n in range(int(sys.argv[2]))]
found = NewsPlease.from_urls(urls, {"timeout": 60}, fetch_images=False)
took = time.time() - started
used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
print(json.dumps([len(found), took, sum(one.ru_utime + one.ru_stime for one in used)]))
"""


class Rate(NamedTuple):
    """What one program did: pages, seconds, and seconds of CPU with its start-up."""

    pages: int
    seconds: float
    cpu: float

    def __str__(self) -> str:
        speed, cpu = self.pages / self.seconds, self.cpu / self.pages * 1000
        return f"{speed:8.0f} pages/s {cpu:8.1f} ms of CPU a page"


def fetch(pages: int) -> None:
    """Print what a bare spider and ours need; the better of two turns each."""
    bare, ours = [], []
    with site(pages, 2_000) as web, tempfile.TemporaryDirectory() as folder:
        profiles = _profiles(Path(folder), web)
        for turn in range(2):
            bare.append(_python(BARE, web.host, pages, CONCURRENCY))
            ours.append(_python(OURS, Path(folder) / f"archive{turn}", profiles))
    speeds = []
    for name, rates in {"bare Scrapy": bare, "fetch and capture": ours}.items():
        best = max(rates, key=lambda rate: rate.pages / rate.seconds)
        speeds.append(best.pages / best.seconds)
        print(f"{name:24} {best}")
    print(f"{'ratio':24} {speeds[1] / speeds[0]:8.2f}   (goal 0.7)\n")


def pipeline(pages: int) -> None:
    """Print pages a second of the whole way, and of trafilatura alone."""
    cores = os.cpu_count() or 1
    sample = [article(n, 6_000) for n in range(60)]
    from trafilatura import bare_extraction

    bare_extraction(sample[0], with_metadata=True)
    started = time.process_time()
    for text in sample:
        bare_extraction(text, with_metadata=True)
    alone = len(sample) / (time.process_time() - started)
    with site(pages, 6_000) as web, tempfile.TemporaryDirectory() as folder:
        profiles = _profiles(Path(folder), web)
        arguments = command(
            "crawl", "mysite", "--profiles", profiles, "--archive", Path(folder) / "a",
            "--workers", cores, "--json",
        )  # fmt: skip
        done = subprocess.run(arguments, env=environment(), capture_output=True, check=True)
        report = json.loads(done.stdout)
        peer = _news_please(web, pages)
    whole = report["documents"] / report["seconds"]
    print(f"{'trafilatura, one core':24} {alone:8.0f} pages/s")
    print(f"{'crawl to documents':24} {whole:8.0f} pages/s on {cores} cores, start-up included")
    print(f"{'ratio':24} {whole / (cores * alone):8.2f}   (goal 0.8)")
    print(f"{'news-please, no archive':24} {peer or 'not installed'}\n")


def _news_please(web: Web, pages: int) -> Rate | None:
    """Fetching and reading the same pages with news-please; None where it is not at hand."""
    python = os.environ.get("XIAOBAO_PEERS", sys.executable)
    known = subprocess.run([python, "-c", "import newsplease"], capture_output=True, check=False)
    return None if known.returncode else _python(NEWS_PLEASE, web.host, pages, python=python)


def memory(pages: int) -> None:
    """Print the resident memory of the crawl process as it goes on."""
    with site(pages, 2_000) as web, tempfile.TemporaryDirectory() as folder:
        profiles = _profiles(Path(folder), web)
        arguments = [sys.executable, "-c", OURS, str(Path(folder) / "a"), str(profiles)]
        process = subprocess.Popen(arguments, env=environment(), stdout=subprocess.PIPE)
        crawl, samples = psutil.Process(process.pid), []
        started = time.monotonic()
        while process.poll() is None:
            try:
                samples.append((time.monotonic() - started, crawl.memory_info().rss / 1e6))
            except psutil.NoSuchProcess:
                break
            time.sleep(0.5)
    settled = samples[len(samples) // 10]
    print(f"{'pages':24} {pages:8}")
    print(f"{'resident after a tenth':24} {settled[1]:8.0f} MB")
    print(f"{'resident at most':24} {max(mb for _, mb in samples):8.0f} MB   (goal 400, flat)\n")


def _profiles(folder: Path, web: Web) -> Path:
    profiles = folder / "profiles"
    profiles.mkdir()
    text = PROFILE.format(host=web.host, concurrency=CONCURRENCY)
    (profiles / "mysite.toml").write_text(text, encoding="utf-8")
    return profiles


def _python(program: str, *arguments: object, python: str = sys.executable) -> Rate:
    done = subprocess.run(
        [python, "-c", program, *map(str, arguments)],
        env=environment(),
        capture_output=True,
        check=True,
    )
    return Rate(*json.loads(done.stdout.splitlines()[-1]))


PARTS = {"fetch": (fetch, 2_000), "pipeline": (pipeline, 600), "memory": (memory, 10_000)}


def main(arguments: list[str] | None = None) -> None:
    """Run the parts that are named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("parts", nargs="*", choices=[*PARTS, []])
    parser.add_argument("--pages", type=int)
    given = parser.parse_args(arguments)
    for name in given.parts or PARTS:
        run, pages = PARTS[name]
        run(given.pages or pages)


if __name__ == "__main__":
    main()
