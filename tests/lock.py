"""Writes requirements.lock: what a clean environment installs now, by exact version."""

from __future__ import annotations

import subprocess
import sys
import tempfile
import tomllib
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
# pip itself and what a venv brings along are not ours to pin
LEFT_OUT = ("pip==", "setuptools==", "wheel==", "gridward==", "-e ")


def main() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    extras = project["optional-dependencies"]
    wanted = [*project["dependencies"], *extras["dev"], *extras["import"], *extras["build"]]
    with tempfile.TemporaryDirectory() as folder:
        subprocess.run([sys.executable, "-m", "venv", folder], check=True)
        python = Path(folder, "bin", "python")
        subprocess.run([python, "-m", "pip", "install", "--quiet", *wanted], check=True)
        frozen = subprocess.run(
            [python, "-m", "pip", "freeze", "--all"], check=True, capture_output=True, text=True
        ).stdout
    lines = [line for line in frozen.splitlines() if "==" in line and not line.startswith(LEFT_OUT)]
    text = "# Written by `make lock`: every version that the product and its tools run with.\n"
    (ROOT / "requirements.lock").write_text(text + "\n".join(sorted(lines, key=str.lower)) + "\n")
    print(f"{len(lines)} versions pinned")


if __name__ == "__main__":
    main()
