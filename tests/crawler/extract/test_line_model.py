"""The model of lines says the same in every process."""

import os
import subprocess
import sys
from importlib.resources import files

SCORES = """
import sys
from crawler.extract.fold import fold, squeeze
from crawler.extract.line_model import site_score
for line in sys.stdin:
    print(repr(site_score(squeeze(fold(line)))))
"""


def test_a_lines_score_does_not_hang_on_the_process():
    # Python orders sets of strings anew in each process: a sum in their order differs in its last
    # digit, and a line on the edge was kept by one worker and dropped by the next.
    lines = files("crawler.extract").joinpath("training", "lines.tsv").read_text("utf-8")
    texts = "\n".join(line.partition("\t")[2] for line in lines.splitlines())
    said = {
        subprocess.run(
            [sys.executable, "-c", SCORES],
            env=os.environ | {"PYTHONHASHSEED": seed},
            input=texts,
            capture_output=True,
            encoding="utf-8",
            check=True,
        ).stdout
        for seed in ("1", "2", "3")
    }

    (scores,) = said
    assert scores.count("\n") == lines.count("\n")
