import os
import time

import pytest

from archive.signals import ENDINGS
from crawler.extract.repair import model, tables
from crawler.worker import ExtractionPool


def grab(size: int) -> int:
    return len(bytearray(size))


def told_to_end() -> bool:
    for ending in ENDINGS:
        os.kill(os.getpid(), ending)
    return True


def tables_read() -> bool:
    return model.load.cache_info().currsize == tables.load.cache_info().currsize == 1


def test_results_come_back():
    with ExtractionPool() as pool:
        assert pool.submit(max, 2, 3).result() == 3


def test_a_call_over_its_deadline_is_ended_and_the_pool_goes_on():
    with ExtractionPool(deadline=0.5) as pool:
        slow = pool.submit(time.sleep, 60)
        with pytest.raises(TimeoutError):
            slow.result()
        assert pool.submit(max, 1, 2).result() == 2


def test_a_call_over_the_memory_limit_fails_alone():
    with ExtractionPool(memory=600 * 1024 * 1024) as pool:
        greedy = pool.submit(grab, 2_000 * 1024 * 1024)
        with pytest.raises(MemoryError):
            greedy.result()
        assert pool.submit(max, 1, 2).result() == 2


def test_a_new_worker_has_the_tables():
    with ExtractionPool() as pool:
        assert pool.submit(tables_read).result()


def test_an_ending_meant_for_the_crawl_costs_no_page():
    with ExtractionPool() as pool:
        assert pool.submit(told_to_end).result()
