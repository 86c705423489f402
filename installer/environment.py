"""The environment: made once, kept whole, repaired when it is not."""

import contextlib
import hashlib
import os
import shutil
import sys
import time
from collections.abc import Iterator

from installer.packages import DISK_FULL, DISK_MB, NOT_WRITABLE, clean_environment, pip, run_logged, say
from installer.places import LOCK, LOG, PYTHON, REQUIREMENTS, ROOT, STAMP, VENV, SetupError
from installer.stamp import (
    installed,
    is_sound,
    package_folders,
    python_version,
    read_stamp,
    requirements_text,
    write_stamp,
)
from installer.torch_build import install_torch, resolve_build

OTHERS_MB = 270


def set_up(wanted: str | None) -> bool:
    """Make the environment ready; tell whether anything had to be done."""
    if is_current(read_stamp(), wanted):
        return False
    with only_one():
        stamp = read_stamp()
        if is_current(stamp, wanted):  # another start has just finished
            return False
        begun = time.monotonic()
        sound = is_sound(stamp)
        build = str(stamp["torch"]) if sound and wanted is None else resolve_build(wanted)
        if sound:
            print(f"Bringing {VENV} up to date.", file=sys.stderr)
            STAMP.unlink()
        else:
            make_environment(build)
        build = install_torch(build, may_fall_back=wanted != "cuda")
        say(f"installing the other packages (at most {OTHERS_MB} MB to download)")
        pip(build, "--requirement", str(REQUIREMENTS))
        offer_to_scripts()
        compile_program()
        digest = hashlib.sha256(requirements_text().encode()).hexdigest()
        write_stamp({"requirements": digest, "python": python_version(), "folder": str(VENV), "torch": build,
                     "packages": installed()})  # fmt: skip
        say(f"ready after {time.monotonic() - begun:.0f} s; the next start takes no set-up time")
    return True


def offer_to_scripts() -> None:
    """Let whatever the environment's Python runs import the program: benchmarks, and a person's own scripts."""
    for folder in package_folders():
        (folder / "ganstudio.pth").write_text(f"{ROOT}\n", encoding="utf-8")


def compile_program() -> None:
    """Compile the program's own modules, so that already the first window comes quickly."""
    run_logged([str(PYTHON), "-m", "compileall", "-q", str(ROOT / "ganstudio")], clean_environment())


def is_current(stamp: dict[str, object], wanted: str | None) -> bool:
    """Tell whether nothing needs to be done; without a wanted build any build is right."""
    digest = hashlib.sha256(requirements_text().encode()).hexdigest()
    if stamp.get("requirements") != digest or not is_sound(stamp):
        return False
    return wanted is None or stamp.get("torch") == resolve_build(wanted)


@contextlib.contextmanager
def only_one() -> Iterator[None]:
    """Let one start at a time set up; the system lifts the lock when this start and its pip have ended."""
    try:
        file = LOCK.open("a+")
    except OSError as problem:
        raise SetupError(NOT_WRITABLE.sentence.format(folder=ROOT)) from problem
    with file:
        os.set_inheritable(file.fileno(), True)
        waited = False
        while not try_lock(file.fileno()):
            if not waited:
                print("Another start is setting GAN Studio up; waiting for it.", file=sys.stderr)
            waited = True
            time.sleep(0.5)
        yield


def try_lock(descriptor: int) -> bool:
    """Take the lock if it is free."""
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True


def make_environment(build: str) -> None:
    """Make an empty environment; what an interrupted or damaged set-up left goes first."""
    needed, free = DISK_MB[build], shutil.disk_usage(ROOT).free // 10**6
    try:
        clear_away()
        if needed > free:
            raise SetupError(
                DISK_FULL.sentence.format(size=f"{needed} MB", folder=f"{ROOT}, where {free} MB are left")
            )
        print(f"Setting GAN Studio up in {VENV} (once, takes a minute or two).", file=sys.stderr)
        VENV.mkdir()
    except OSError as problem:
        raise SetupError(NOT_WRITABLE.sentence.format(folder=ROOT)) from problem
    if run_logged([sys.executable, "-m", "venv", str(VENV)], clean_environment()) != 0:
        raise SetupError(
            f"Python {python_version()} could not make an environment: its venv module is incomplete "
            f"(Debian and Ubuntu: sudo apt-get install -y python{python_version()}-venv). Details: {LOG}"
        )


def clear_away() -> None:
    """Remove an environment that cannot be used; anything else of that name is kept under another one."""
    if not os.path.lexists(VENV):
        return
    ours = VENV.is_dir() and not VENV.is_symlink() and (LOG.exists() or (VENV / "pyvenv.cfg").exists())
    if not ours:
        aside = ROOT / f".venv.set-aside-{int(time.time())}"
        VENV.rename(aside)
        print(f"{VENV} was no environment; it is now {aside}.", file=sys.stderr)
        return
    print(f"{VENV} is unfinished, damaged or made by another Python; making it anew.", file=sys.stderr)
    STAMP.unlink(missing_ok=True)
    shutil.rmtree(VENV)
