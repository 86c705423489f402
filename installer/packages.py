"""pip, with its words in a log and its failures in one sentence."""

import os
import platform
import re
import subprocess
import sys
from typing import NamedTuple

from installer.places import LOG, PYTHON, ROOT, SetupError
from installer.stamp import python_version

DISK_MB = {"cpu": 2600, "cuda": 8500}


class Failure(NamedTuple):
    """One way in which pip fails: what its log says then, and the sentence for the person."""

    pattern: str
    sentence: str


DISK_FULL = Failure(
    r"No space left on device|Errno 28|not enough space",
    "The disk is full: {size} are needed in {folder}; free some space and start again.",
)
NOT_TRUSTED = Failure(
    r"CERTIFICATE_VERIFY_FAILED|SSLError",
    "The package index could not be trusted (its certificate was refused): check this machine's date and "
    "proxy, or name the proxy's certificate in PIP_CERT, and start again.",
)
DAMAGED = Failure(
    r"DO NOT MATCH THE HASHES|BadZipFile|invalid wheel|IncompleteRead|InvalidChunkLength",
    "A downloaded package arrived damaged; start again to fetch it anew.",
)
NOT_REACHED = Failure(
    r"NewConnectionError|name resolution|getaddrinfo|Network is unreachable|Connection refused|"
    r"ConnectTimeout|ReadTimeout|timed out|ProxyError|Connection reset|Max retries",
    "The package index could not be reached: connect this machine to the internet (behind a proxy set "
    "HTTPS_PROXY), or put the wheels into a folder and set PIP_FIND_LINKS to it; then start again.",
)
NO_WHEEL = Failure(
    r"(?:No matching distribution found for|satisfies the requirement) (?P<what>\S+)",
    "No package {what} exists for Python {python} on {platform}: start with another Python "
    "(3.11 to 3.13 are the usual ones).",
)
NOT_WRITABLE = Failure(
    r"Permission denied|Errno 13|Read-only file system",
    "The folder {folder} cannot be written to: copy GAN Studio to a folder of yours and start it there.",
)
FAILURES = (DISK_FULL, NOT_TRUSTED, DAMAGED, NOT_REACHED, NO_WHEEL, NOT_WRITABLE)


def clean_environment() -> dict[str, str]:
    """Return the environment for pip: the person's own settings, without those that would lead elsewhere."""
    elsewhere = ("PYTHONHOME", "PYTHONPATH", "PIP_USER", "PIP_TARGET", "PIP_PREFIX", "PIP_ROOT", "PIP_PYTHON")
    kept = {name: value for name, value in os.environ.items() if name not in elsewhere}
    return {**kept, "PIP_NO_INPUT": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1", "PYTHONIOENCODING": "utf-8"}


def pip(build: str, *arguments: str) -> None:
    """Install with pip; its words go to the log, its failure becomes one sentence."""
    begin = LOG.stat().st_size if LOG.exists() else 0
    command = [str(PYTHON), "-m", "pip", "install", "--progress-bar", "off", "--retries", "3", *arguments]
    code = run_logged(command, clean_environment())
    if code == 0:
        return
    text = LOG.read_bytes()[begin:].decode(errors="replace")
    raise SetupError(f"{explain(text, build)} Details: {LOG}")


def explain(text: str, build: str) -> str:
    """Return one sentence on why pip failed, from what it wrote."""
    facts = {
        "folder": ROOT,
        "size": f"{DISK_MB[build]} MB",
        "python": python_version(),
        "platform": f"{platform.system()} {platform.machine()}",
    }
    for pattern, sentence in FAILURES:
        found = re.search(pattern, text)
        if found:
            return sentence.format(**facts, **found.groupdict())
    errors = re.findall(r"^ERROR: (.+)$", text, re.MULTILINE)
    return f"pip could not install the packages ({errors[-1] if errors else 'it was stopped'}); start again."


def run_logged(command: list[str], environment: dict[str, str]) -> int:
    """Run a command with its output in the log, say its large downloads, and return its exit code."""
    with LOG.open("a", encoding="utf-8") as log:
        log.write(f"\n$ {' '.join(command)}\n")
        process = subprocess.Popen(
            command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
            encoding="utf-8", errors="replace", close_fds=False,  # the lock goes along
        )  # fmt: skip
        try:
            for line in process.stdout or ():
                log.write(line)
                log.flush()
                download = re.match(r"\s*Downloading (\S+?-[\d.]+)\S* \((\d+[.\d]* [MG]B)\)", line)
                if download:
                    say(f"fetching {download[1].rpartition('/')[2]} ({download[2]})")
                elif line.startswith("Installing collected packages"):
                    say("unpacking")
            return process.wait()
        finally:
            process.kill()
            process.wait()


def say(text: str) -> None:
    """Tell one step of the set-up."""
    print(f"  {text}", file=sys.stderr, flush=True)
