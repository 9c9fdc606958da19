"""`make bench`: every benchmark, one after the other."""

import subprocess
import sys
from pathlib import Path

for file in sorted(Path(__file__).parent.glob("[!_]*.py")):
    print(f"== {file.stem}", flush=True)
    subprocess.run([sys.executable, "-m", f"tests.benchmarks.{file.stem}"], check=True)
