"""
Catalogues for Qt Linguist: every string of the window, every sentence for an error, and their compiled form.

Run with the environment's interpreter, by `dev.py translations`. The sentences of `app.wording` know no Qt,
so a file that Qt's tool can read is made of them, outside the tree. What it is not: a translation.
"""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
from pathlib import Path

from system import ROOT, Refusal

CATALOGUES = ROOT / "resources" / "translations"
WORK = ROOT / ".dev" / "translations"
LANGUAGE = re.compile(r"[a-z]{2,3}(?:_[A-Z]{2})?")


def main(languages: list[str]) -> int:
    """Bring the catalogues of some languages up to date, or of all there are; make those that are new."""
    wrong = [language for language in languages if not LANGUAGE.fullmatch(language)]
    if wrong:
        raise Refusal(f"{wrong[0]} is no language. Name one as de or pt_BR.")
    known = [path.stem.partition("_")[2] for path in sorted(CATALOGUES.glob("commonplace_*.ts"))]
    CATALOGUES.mkdir(exist_ok=True)
    for language in languages or known:
        update(CATALOGUES / f"commonplace_{language}.ts")
    return 0


def update(catalogue: Path) -> None:
    """Bring one catalogue up to date with the sources, keeping what is translated, and compile it."""
    tools = Path(sys.executable).parent
    sources = [str(path) for path in sorted((ROOT / "app").rglob("*.py"))] + [str(sentences())]
    options = ["-silent", "-locations", "none", "-no-obsolete"]
    subprocess.run([str(tools / "pyside6-lupdate"), *options, *sources, "-ts", str(catalogue)], check=True)
    compiled = str(catalogue.with_suffix(".qm"))
    subprocess.run([str(tools / "pyside6-lrelease"), "-silent", str(catalogue), "-qm", compiled], check=True)


def sentences() -> Path:
    """A file with the sentences for errors, as Qt's tool reads them."""
    tree = ast.parse((ROOT / "app" / "wording.py").read_text(encoding="utf-8"))
    maps = [statement.value for statement in tree.body if isinstance(statement, ast.AnnAssign)]
    values = [value for found in maps if isinstance(found, ast.Dict) for value in found.values]
    constants = [value.value for value in values if isinstance(value, ast.Constant)]
    texts = sorted({text for text in constants if isinstance(text, str) and text})
    WORK.mkdir(parents=True, exist_ok=True)
    path = WORK / "sentences.py"
    lines = ["from PySide6.QtCore import QCoreApplication", ""]
    lines += [
        f'QCoreApplication.translate("wording", {json.dumps(text, ensure_ascii=False)})' for text in texts
    ]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except Refusal as refusal:
        print(refusal, file=sys.stderr)
        sys.exit(1)
