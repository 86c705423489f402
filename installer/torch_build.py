"""Which build of torch fits this machine, and where it comes from."""

import contextlib
import ctypes
import json
import os
import re
import subprocess
import sys
from urllib.parse import unquote, urlsplit

from installer.packages import clean_environment, pip, say
from installer.places import PYTHON, VENV, SetupError
from installer.stamp import requirements_text

CPU_INDEX = "https://download.pytorch.org/whl/cpu"
CUDA_INDEX = "https://download.pytorch.org/whl/cu130"
DOWNLOAD_MB = {"cpu": 190, "cuda": 2800}


def resolve_build(wanted: str | None) -> str:
    """Return `cpu` or `cuda`; `auto` (or None) means CUDA where an NVIDIA driver answers."""
    if wanted in ("cpu", "cuda"):
        return str(wanted)
    return "cuda" if nvidia_answers() else "cpu"


def nvidia_answers() -> bool:
    """Tell whether an NVIDIA driver with at least one device answers."""
    if sys.platform == "darwin":
        return False
    with contextlib.suppress(OSError, AttributeError):
        driver = ctypes.CDLL("nvcuda.dll" if os.name == "nt" else "libcuda.so.1")
        count = ctypes.c_int(0)
        if driver.cuInit(0) == 0 and driver.cuDeviceGetCount(ctypes.byref(count)) == 0:
            return count.value > 0
    with contextlib.suppress(OSError, subprocess.SubprocessError):
        listed = subprocess.run(["nvidia-smi", "-L"], capture_output=True, text=True, timeout=20, check=False)
        return listed.returncode == 0 and "GPU " in listed.stdout
    return False


def install_torch(build: str, may_fall_back: bool) -> str:
    """Install the build from the nearest place that offers it and return the build that it became."""
    version = dict(re.findall(r"^([\w-]+)==(\S+)", requirements_text(), re.MULTILINE))["torch"]
    local, place = offered_locally(version)
    if local and (build == "cpu" or "+cu" in local):
        say(f"torch {local}: taken from {place}, nothing to download")
        pip(build, f"torch==={local}")
        return build
    say(f"torch {version}, {build.upper()} build: about {DOWNLOAD_MB[build]} MB to download")
    try:
        pip(build, *torch_source(build, version))
        return build
    except SetupError as problem:
        if not may_fall_back or (build == "cuda" and not local):
            raise
        print(problem, file=sys.stderr)
    if local:
        say(f"going on with torch {local} from {place}; --torch cuda tries the CUDA build again")
    else:
        say("trying pip's own index, where torch may be the larger CUDA build")
    pip("cpu", f"torch==={local}" if local else f"torch=={version}")
    return "cpu"


def torch_source(build: str, version: str) -> list[str]:
    """Return pip's arguments for the build: PyPI holds CUDA for Linux, PyTorch's own index the rest."""
    if sys.platform == "darwin":
        if build == "cuda":
            raise SetupError("There is no CUDA on macOS: start with --torch cpu (Apple's GPU works with it).")
        return [f"torch==={version}"]
    if build == "cpu":
        return [f"torch==={version}+cpu", "--index-url", CPU_INDEX]
    if os.name == "nt":
        return [f"torch==={version}+{CUDA_INDEX.rpartition('/')[2]}", "--index-url", CUDA_INDEX]
    return [f"torch==={version}"]


def offered_locally(version: str) -> tuple[str, str]:
    """Return version and place of the torch wheel that pip can take from this machine, empty without one."""
    report = VENV / "studio-offer.json"
    command = [str(PYTHON), "-m", "pip", "install", "--dry-run", "--no-deps", "--ignore-installed", "--quiet"]
    command += ["--retries", "0", "--report", str(report), f"torch=={version}"]
    for extra in (["--no-index"], []):
        asked = subprocess.run([*command, *extra], env=clean_environment(), capture_output=True, check=False)
        if asked.returncode == 0:
            offer = json.loads(report.read_text(encoding="utf-8"))["install"][0]
            place = urlsplit(offer["download_info"]["url"])
            if place.scheme == "file":
                return offer["metadata"]["version"], unquote(place.path)
    return "", ""
