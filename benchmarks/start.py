"""Start-up of the real program, cold process by cold process: painted window and first picture.

    python benchmarks/start.py [--runs 5] [--model faces-dcgan]
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Start the program several times and print the medians."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--model", default="faces-dcgan")
    options = parser.parse_args()
    found: dict[str, list[float]] = {}
    with tempfile.TemporaryDirectory() as folder:
        environment = {**os.environ, "GANSTUDIO_HOME": folder, "QT_QPA_PLATFORM": "offscreen"}
        command = [sys.executable, "-m", "ganstudio.cli", "--model", options.model]
        command += ["--screenshot", str(Path(folder) / "window.png")]
        for _ in range(options.runs):
            done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=True)
            for name, seconds in json.loads(done.stdout.strip().splitlines()[-1]).items():
                found.setdefault(name, []).append(seconds)
    for name, values in found.items():
        print(f"{name:<28}n={len(values)}  median {statistics.median(values):.2f} s  worst {max(values):.2f} s")


if __name__ == "__main__":
    main()
