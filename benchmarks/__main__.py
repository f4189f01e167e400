"""Timed questions at 1 k, 100 k and 1 M cases on both engines, held against their bounds.

    .venv/bin/python -m benchmarks [--json] [--engines sqlite,postgres]
        [--sizes 1000,100000,1000000] [--folder var/bench] [--fresh]
        [--skip load,import,sweep,locate,draw]

Databases are generated when they are not there (or were made by another schema or generator) and
kept for the next time. Exit code 1 when a bound does not hold. What is asked, how, and figures
with their date: docs/explanation/speed.md
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.deployment import DEFAULT_FOLDER, ENGINES, Deployment, postgres_fault
from benchmarks.generate import OPEN, SEED, fingerprint, size_name

SIZES = (1_000, 100_000, 1_000_000)
CREATE, LIST, CASE, SWEEP = 14, 10, 18, 25
GENERATE_S, GROWTH, SEARCH, IMPORT, SWEEP_MS, LOAD_SHARE, P99_MS = 180, 1.5, 3, 2500, 100, 6, 250
OPEN_SMALL = 0.5  # so that the smallest size fills a page of open cases in one grid
PAGE_MS = 1000  # a page that counts over all that is open; no page of a list comes near it
KEEP = timedelta(days=7)


@dataclass(frozen=True)
class Bound:
    """One line of the verdict. ok None: could not be asked here."""

    engine: str
    what: str
    figure: str
    bound: str
    ok: bool | None


def say(text: str) -> None:
    print(text, file=sys.stderr, flush=True)


def run(module: str, *arguments: str) -> Any:
    """The JSON that another process of ours prints last."""
    made = subprocess.run(
        [sys.executable, "-m", module, *arguments], stdout=subprocess.PIPE, text=True, check=False
    )
    if made.returncode not in (0, 1) or not made.stdout.strip():
        raise SystemExit(f"{module} {' '.join(arguments)} failed ({made.returncode})")
    return json.loads(made.stdout.strip().splitlines()[-1])


def prepared(deployment: Deployment, cases: int, share: float, fresh: bool) -> dict[str, Any]:
    """The deployment's stamp; generated first where it is missing, old or of another make."""
    try:
        made: dict[str, Any] = json.loads(deployment.stamp.read_text())
        age = datetime.now(UTC) - datetime.fromisoformat(made["until"])
        if (
            not fresh
            and (made["cases"], made["share"], made["seed"]) == (cases, share, SEED)
            and made["made_of"] == fingerprint()
            and age < KEEP
            and "check" in made
        ):
            return made
    except (OSError, KeyError, ValueError):
        pass
    say(f"{deployment.engine}: generating {cases:,} cases, {share:.0%} open …")
    where = _where(deployment.engine, deployment.name, deployment.folder)
    stamp: dict[str, Any] = run(
        "benchmarks.generate", *where, "--cases", str(cases), "--open", str(share)
    )
    stamp["check"] = run("benchmarks.check", *where)
    deployment.stamp.write_text(json.dumps(stamp))
    return stamp


# --- asking -------------------------------------------------------------------------------------


def measure(engine: str, given: argparse.Namespace) -> dict[str, Any]:
    """Everything of one engine, by size."""
    found: dict[str, Any] = {"sizes": {}}
    skipped = given.skip.split(",")
    for cases in given.sizes:
        share = OPEN_SMALL if cases <= 1000 else OPEN
        deployment = Deployment(engine, size_name(cases), given.folder)
        made = prepared(deployment, cases, share, given.fresh)
        say(f"{engine}: asking {cases:,} cases …")
        asked = run("benchmarks.ask", *_where(engine, deployment.name, given.folder))
        found["sizes"][cases] = made | asked
    largest = max(given.sizes)
    found["check"] = found["sizes"][largest]["check"]
    if "sweep" not in skipped:
        deployment = Deployment(engine, f"{size_name(largest)}-open", given.folder)
        prepared(deployment, largest, 1.0, given.fresh)
        found["sweep"] = run(
            "benchmarks.ask", *_where(engine, deployment.name, given.folder), "--only", "sweeping"
        )
    if "load" not in skipped:
        say(f"{engine}: granian and eight clients …")
        found["load"] = run("benchmarks.load", *_where(engine, size_name(largest), given.folder))
    if "import" not in skipped:
        found["import"] = importing(engine, given)
    return found


def _where(engine: str, name: str, folder: Path) -> tuple[str, ...]:
    return ("--engine", engine, "--name", name, "--folder", str(folder))


def importing(engine: str, given: argparse.Namespace) -> dict[str, Any]:
    """An older system's table of 25,000 rows, through `gridward cases import`."""
    import os

    say(f"{engine}: importing …")
    deployment = Deployment(engine, "import", given.folder)
    prepared(deployment, 200, OPEN, True)
    rows, points = 25_000, _points()
    with tempfile.TemporaryDirectory() as folder:
        table, mapping = Path(folder, "older.csv"), Path(folder, "older.yaml")
        mapping.write_text(MAPPING, encoding="utf-8")
        begin = datetime(2026, 3, 2, 9, tzinfo=UTC).replace(tzinfo=None)
        with table.open("w", newline="", encoding="utf-8") as file:
            out = csv.writer(file)
            out.writerow(["nr", "opened", "due", "ended", "state", "kind", "unit", "x", "y"])
            for n in range(rows):
                at = begin + timedelta(minutes=7 * n)
                due, ended = at + timedelta(days=3), at + timedelta(days=1 + n % 4)
                late = n % 9 == 0
                kind = ("Lamp", "Cover", "Road")[n % 3]
                out.writerow(
                    [n, at, due, "" if late else ended, "Open" if late else "Closed", kind, "Works"]
                    + points[n % len(points)]
                )
        environment = {**os.environ, **deployment.environment()}
        made = subprocess.run(
            [sys.executable, "-m", "gridward.cli", "cases", "import", str(table),
             "--mapping", str(mapping), "--json"],
            stdout=subprocess.PIPE, text=True, env=environment, check=False,
        )  # fmt: skip
    if made.returncode:
        say(made.stdout[-2000:])
        return {"rows": rows, "per_s": 0}
    told = json.loads(made.stdout[made.stdout.index("{") :])
    return {"rows": rows, "per_s": told.get("rows_per_second", 0)}


def _points() -> list[list[str]]:
    """Points inside the demo district's outline, as text."""
    import numpy as np
    import shapely

    outline = Path(__file__).parent.parent / "packs" / "demo-district" / "outline.geojson"
    shape = shapely.union_all(
        shapely.get_parts(shapely.from_geojson(outline.read_text(encoding="utf-8")))
    )
    rng = np.random.default_rng(1)
    west, south, east, north = shape.bounds
    xs, ys = rng.uniform(west, east, 4000).round(6), rng.uniform(south, north, 4000).round(6)
    inside = shapely.contains_xy(shape, xs, ys)
    return [[str(x), str(y)] for x, y in zip(xs[inside], ys[inside], strict=True)]


MAPPING = """\
key: older
source: older
zone: Asia/Shanghai
calendar: cn-mainland
times: ["%Y-%m-%d %H:%M:%S"]
datum: wgs84
language: zh-hans
columns:
  id: nr
  opened: opened
  target: due
  closed: ended
  status: state
  matter: kind
  department: unit
  lng: x
  lat: y
status: { open: [Open], closed: [Closed] }
close_type: resolved
channels: { fallback: other, table: {} }
departments: { fallback: mun-1, table: { Works: mun-1 } }
matters:
  fallback: road_damage
  table: { Lamp: street_lamp, Cover: manhole, Road: road_damage }
"""


# --- judging ------------------------------------------------------------------------------------


def judge(engine: str, found: dict[str, Any]) -> list[Bound]:
    """What holds and what does not."""
    made: list[Bound] = []

    def hold(
        what: str, figure: float, bound: float, unit: str = "", *, least: bool = False
    ) -> None:
        ok = figure >= bound if least else figure <= bound
        sign = "≥" if least else "≤"
        shown = f"{figure:,.2f}".rstrip("0").rstrip(".")
        made.append(Bound(engine, what, f"{shown}{unit}", f"{sign} {bound:g}{unit}", ok))

    sizes = found["sizes"]
    small, large = sizes[min(sizes)], sizes[max(sizes)]
    names = list(small["statements"])
    for kind, most in (
        ("create", CREATE),
        ("list", LIST),
        ("search", LIST),
        ("home", LIST),
        ("inbox", LIST),
        ("tips", LIST),
        ("map", LIST),
        ("case", CASE),
    ):
        those = [n for n in names if n.split()[0] == kind]
        worst = max(s["statements"][n] for s in sizes.values() for n in those)
        hold(f"statements: {kind}", worst, most)
    flat = [n for n in names if n.split()[0] in ("list", "create", "home", "inbox", "tips")]
    same = all(len({s["statements"][n] for s in sizes.values()}) == 1 for n in flat)
    made.append(Bound(engine, "statements: the same at any size", str(same), "True", same))
    if max(sizes) == 1_000_000:
        hold("generated in", large["seconds"], GENERATE_S, " s")
    for scope in ("district", "street", "grid"):
        for order in ("due", "newest"):
            name = f"list {scope} by {order}"
            # each beside the page of its own run that reads no case
            ratio = large["ms"][name] / small["ms"][name]
            ratio *= small["ms"]["page"] / large["ms"]["page"]
            hold(f"{name}: largest / smallest", ratio, GROWTH, " ×")
            if small["rows"][name] != large["rows"][name]:
                made.append(Bound(engine, f"{name}: full pages", "no", "yes", None))
    for name in ("case long history", "case short history"):
        ratio = large["ms"][name] / small["ms"][name]
        hold(f"{name}: largest / smallest", ratio, GROWTH, " ×")
    slowest = max(large["statements"].keys() - {"create"}, key=lambda name: large["ms"][name])
    hold(f"slowest page ({slowest})", large["ms"][slowest], PAGE_MS, " ms")
    for scope in ("grid", "district"):
        page = large["ms"][f"list {scope} by newest"]
        worst = max(v for n, v in large["ms"].items() if n.startswith(f"search {scope} "))
        hold(f"search {scope}: worst of the words / list", worst / page, SEARCH, " ×")
    told = found["check"]
    hold("clocks of 1,000 cases audited: faults", told["clock_faults"], 0)
    hold("journal verified: faults", told["journal_faults"], 0)
    if "sweep" in found:
        hold("sweep of 100: statements", found["sweep"]["statements"]["sweep"], SWEEP)
        hold("sweep of 100", found["sweep"]["ms"]["sweep"], SWEEP_MS, " ms")
    if "load" in found:
        told = found["load"]
        hold(
            "create, 8 clients: bare loop / rate",
            told["bare_per_s"] / told["per_s"],
            LOAD_SHARE,
            " ×",
        )
        hold("create, 8 clients: p99", told["p99_ms"], P99_MS, " ms")
        hold("create, 8 clients: errors", told["errors"], 0)
    if "import" in found:
        hold("import", found["import"]["per_s"], IMPORT, " rows/s", least=True)
    return made


def table(results: dict[str, Any], bounds: list[Bound]) -> str:
    """Everything as text: milliseconds (statements) by engine and size, then the bounds."""
    columns = [(e, c) for e, r in results.items() if e in ENGINES for c in r["sizes"]]
    lines = [
        "milliseconds (statements)".ljust(34)
        + "".join(f"{e} {size_name(c)}".rjust(20) for e, c in columns)
    ]
    names: dict[str, None] = {}
    for engine, cases in columns:
        names.update(dict.fromkeys(results[engine]["sizes"][cases]["ms"]))
    for name in names:
        cells = []
        for engine, cases in columns:
            here = results[engine]["sizes"][cases]
            ms, count = here["ms"].get(name), here["statements"].get(name)
            shown = "—" if ms is None else f"{ms:.2f}" + (f" ({count})" if count else "")
            cells.append(shown.rjust(20))
        lines.append(name.ljust(34) + "".join(cells))
    lines += ["", "bound".ljust(62) + "figure".rjust(16) + "bound".rjust(16)]
    for one in bounds:
        verdict = {True: "holds", False: "FAILS", None: "not asked"}[one.ok]
        what = f"{one.engine}: {one.what}"
        lines.append(what.ljust(62) + one.figure.rjust(16) + one.bound.rjust(16) + f"  {verdict}")
    return "\n".join(lines)


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m benchmarks")
    parser.add_argument("--json", action="store_true")
    parser.add_argument("--engines", default=",".join(ENGINES))
    parser.add_argument("--sizes", default=",".join(str(n) for n in SIZES))
    parser.add_argument("--folder", type=Path, default=DEFAULT_FOLDER)
    parser.add_argument("--fresh", action="store_true", help="generate anew what is there")
    parser.add_argument("--skip", default="", help="any of load, import, sweep, locate, draw")
    given = parser.parse_args()
    given.sizes = [int(n) for n in given.sizes.split(",")]
    results: dict[str, Any] = {}
    bounds: list[Bound] = []
    for engine in given.engines.split(","):
        fault = postgres_fault() if engine == "postgres" else None
        if fault is not None:
            bounds.append(Bound(engine, fault, "—", "—", None))
            continue
        results[engine] = measure(engine, given)
        kept = given.folder / f"{engine}.json"
        kept.write_text(json.dumps(results[engine], ensure_ascii=False))
        bounds += judge(engine, results[engine])
    if "locate" not in given.skip.split(","):
        results["locate"] = run("benchmarks.locate", "--json")
        for one in results["locate"]:
            what = (
                f"locate at {one['cells']:,} cells: {one['single_us']:.1f} µs, {one['share']:.2f}"
            )
            bounds.append(Bound("both", what, "", "≤ 20 µs, ≥ 0.5", bool(one["ok"])))
    if "draw" not in given.skip.split(","):
        results["draw"] = run("benchmarks.draw", "--json")
        took, fits = results["draw"]["seconds"], bool(results["draw"]["ok"])
        bounds.append(Bound("both", "a district drawn at full scale", f"{took} s", "≤ 10 s", fits))
    if given.json:
        told = [vars(one) for one in bounds]
        print(json.dumps({"results": results, "bounds": told}, ensure_ascii=False))
    else:
        print(table(results, bounds))
    return 1 if any(one.ok is False for one in bounds) else 0


if __name__ == "__main__":
    sys.exit(main())
