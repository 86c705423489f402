"""The rules of the house: types, style, layers, budgets and words."""

import ast
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILE_LINES = 400
FUNCTION_LINES = 60
BLOCK_LINES = 6
REPEATED_SHARE = 0.02

EMPTY_WORDS = {"utils", "util", "misc", "helpers", "helper", "common", "manager", "handler", "easydict"}
QT_OVERRIDES = {"eventFilter"}


def tracked(*patterns: str) -> list[Path]:
    """Return the files git knows (or would take), all of the folder where there is no git."""
    listed = subprocess.run(
        ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard", "--", *patterns],
        cwd=ROOT, capture_output=True, text=True, check=False,
    )  # fmt: skip
    if listed.returncode == 0:
        found = [ROOT / name for name in listed.stdout.split("\0") if name]
    else:
        found = [path for pattern in patterns for path in ROOT.rglob(pattern) if ".venv" not in path.parts]
    return sorted(path for path in found if path.is_file())


SOURCES = tracked("*.py")
PRODUCT = [
    path for path in SOURCES if path.relative_to(ROOT).parts[0] in ("ganstudio", "installer", "launcher.py")
]
TREES = {path: ast.parse(path.read_text(encoding="utf-8"), str(path)) for path in SOURCES}

Function = ast.FunctionDef | ast.AsyncFunctionDef


def place(path: Path, node: ast.AST | None = None) -> str:
    """Return where something stands, as an editor opens it."""
    line = f":{getattr(node, 'lineno', 1)}" if node else ""
    return f"{path.relative_to(ROOT)}{line}"


def run_tool(*arguments: str) -> None:
    """Run a checker in this environment and show what it found."""
    result = subprocess.run(
        [sys.executable, *arguments], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert result.returncode == 0, f"{' '.join(arguments)}\n{result.stdout}{result.stderr}"


def test_there_is_something_to_check() -> None:
    assert {"launcher.py", "cli.py", "errors.py"} <= {path.name for path in PRODUCT}


def test_types_are_strict() -> None:
    run_tool("-m", "mypy")


def test_style_is_clean() -> None:
    run_tool("-m", "ruff", "check", "--quiet")


def test_arrows_point_down() -> None:
    run_tool(
        "-c",
        "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())",
    )


def test_only_architectures_know_their_names() -> None:
    folder = ROOT / "ganstudio" / "architectures"
    names = {card.parent.name for card in folder.glob("*/__init__.py")}
    names -= {"encoder"}  # a word of inversion as well
    assert {"gan", "dcgan", "stylegan2"} <= names
    told = [
        f"{place(path, node)} {node.value}"
        for path in PRODUCT
        if not path.is_relative_to(folder)
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Constant) and node.value in names
    ]
    assert not told


def test_files_are_short() -> None:
    long = {
        place(path): count
        for path in SOURCES
        if (count := len(path.read_text("utf-8").splitlines())) > FILE_LINES
    }
    assert not long


def test_functions_are_short() -> None:
    long = {
        f"{place(path, node)} {node.name}": length
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, Function)
        and (length := (node.end_lineno or 0) - node.lineno + 1) > FUNCTION_LINES
    }
    assert not long


def code_lines(text: str, tree: ast.Module) -> list[tuple[int, str]]:
    """Return (number, stripped text) of each line that is no import, comment, docstring or lone bracket."""
    silent: set[int] = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom) or (
            isinstance(node, ast.Expr)
            and isinstance(node.value, ast.Constant)
            and isinstance(node.value.value, str)
        ):
            silent.update(range(node.lineno, (node.end_lineno or node.lineno) + 1))
    stripped = enumerate((line.strip() for line in text.splitlines()), start=1)
    return [(number, line) for number, line in stripped
            if number not in silent and re.search(r"\w", line) and not line.startswith("#")]  # fmt: skip


def test_nothing_is_said_twice() -> None:
    blocks: Counter[tuple[str, ...]] = Counter()
    where: dict[tuple[str, ...], list[tuple[Path, list[int]]]] = {}
    total = 0
    for path in PRODUCT:
        lines = code_lines(path.read_text(encoding="utf-8"), TREES[path])
        total += len(lines)
        for begin in range(len(lines) - BLOCK_LINES + 1):
            part = lines[begin : begin + BLOCK_LINES]
            block = tuple(line for _, line in part)
            blocks[block] += 1
            where.setdefault(block, []).append((path, [number for number, _ in part]))
    repeated = {
        (path, number)
        for block, count in blocks.items() if count > 1
        for path, numbers in where[block][1:]
        for number in numbers
    }  # fmt: skip
    share = len(repeated) / max(total, 1)
    shown = sorted(f"{place(path)}:{number}" for path, number in repeated)
    assert share <= REPEATED_SHARE, f"{share:.1%} of {total} lines repeat an earlier block: {shown}"


def test_names_say_something() -> None:
    def words(name: str) -> set[str]:
        return {word.lower() for word in re.findall(r"[A-Z]?[a-z]+|[A-Z]+(?![a-z])", name)}

    empty = {
        f"{place(path, node)} {node.name}"
        for path, tree in TREES.items()
        for node in ast.walk(tree)
        if isinstance(node, Function | ast.ClassDef) and words(node.name) & EMPTY_WORDS
    }
    empty |= {place(path) for path in SOURCES for part in path.relative_to(ROOT).parts
              if words(Path(part).stem) & EMPTY_WORDS}  # fmt: skip
    assert not empty


def test_options_have_names() -> None:
    loose = [place(path, node) for path in PRODUCT for node in ast.walk(TREES[path])
             if isinstance(node, Function) and node.args.kwarg is not None]  # fmt: skip
    assert not loose


def test_nothing_global_changes() -> None:
    changed = [
        place(path, node)
        for path in PRODUCT
        for node in ast.walk(TREES[path])
        if isinstance(node, ast.Global)
    ]
    assert not changed


def is_described(node: Function | ast.ClassDef) -> bool:
    """Tell whether a definition has a sentence, or needs none: Qt's own event, a protocol's bare method."""
    last = node.body[-1]
    if isinstance(last, ast.Expr) and isinstance(last.value, ast.Constant) and last.value.value is ...:
        return True
    decorators = {ast.unparse(decorator).rpartition(".")[2] for decorator in node.decorator_list}
    if decorators & {"overload", "override", "setter"}:
        return True
    named_by_qt = isinstance(node, Function) and re.search(r"[a-z][A-Z]", node.name)
    return bool(ast.get_docstring(node)) or bool(named_by_qt)


def public_definitions(body: list[ast.stmt], inside: str = "") -> list[tuple[str, Function | ast.ClassDef]]:
    """Return the public classes, functions and methods of a module or class."""
    found: list[tuple[str, Function | ast.ClassDef]] = []
    for node in body:
        if not isinstance(node, Function | ast.ClassDef) or node.name.startswith("_"):
            continue
        found.append((f"{inside}{node.name}", node))
        if isinstance(node, ast.ClassDef):
            found += public_definitions(node.body, f"{node.name}.")
    return found


def test_public_names_have_a_sentence() -> None:
    silent = [
        f"{place(path, node)} {name}"
        for path in PRODUCT
        for name, node in public_definitions(TREES[path].body)
        if not is_described(node) and name.rpartition(".")[2] not in ("forward", *QT_OVERRIDES)
    ]
    silent += [place(path) for path in PRODUCT if TREES[path].body and not ast.get_docstring(TREES[path])]
    assert not silent


# Each is written so that the pattern does not find itself.
FOREIGN_WORDS = [
    *(
        r"[/]work[/]",
        r"[/]root[/]",
        r"[/]opt[/]",
        r"farm[-]",
        r"clau[d]e",
        r"sub[-]?agen[t]",
        r"this sessio[n]",
    ),
    *(r"issue #?[0-9]+", r"artifactor[y]", r"nexu[s]\.", r"devp[i]", r"codeartifac[t]"),
]
TEXTS = ("*.py", "*.md", "*.toml", "*.txt", "*.json", "*.cfg", "*.sh", ".ci/*", ".gitignore")


@pytest.mark.parametrize("pattern", FOREIGN_WORDS)
def test_the_project_speaks_of_itself(pattern: str) -> None:
    found = [
        f"{place(path)}:{number}: {line.strip()[:100]}"
        for path in tracked(*TEXTS)
        for number, line in enumerate(
            path.read_text(encoding="utf-8", errors="replace").splitlines(), start=1
        )
        if re.search(pattern, line, re.IGNORECASE)
    ]
    assert not found


def test_requirements_are_pinned() -> None:
    lines = (ROOT / "requirements.txt").read_text(encoding="utf-8").splitlines()
    loose = [
        line
        for line in lines
        if line and not line.startswith("#") and not re.fullmatch(r"[\w.-]+==[\w.]+", line)
    ]
    assert not loose
