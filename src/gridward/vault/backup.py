"""Keys and erasures across a backup and its restore.

Keys are copied apart from the database, so that neither copy alone tells anything. The register of
erasures is never replaced by an older one: the two are put together.
"""

import shutil
from pathlib import Path

from gridward.core.keyfiles import folder
from gridward.vault import keyring as rings
from gridward.vault.keyring import keyring

_COPIED = ("master.key", "index.key", "entry.key", "seal.key", "seal.pub", "erasures.log")


def copy_keys(dst: Path) -> list[str]:
    """An online copy of all keys and the register in the folder `dst` (mode 700); their names."""
    dst.mkdir(parents=True, exist_ok=True, mode=0o700)
    dst.chmod(0o700)
    home = folder()
    ring = keyring()
    names = [one for one in _COPIED if (home / one).exists()]
    names += sorted(p.name for p in home.glob("seal.key.until-*"))
    for name in names:
        shutil.copyfile(home / name, dst / name)
        (dst / name).chmod(0o600)
    (dst / "keyring.sqlite3").unlink(missing_ok=True)
    ring.copy_to(dst / "keyring.sqlite3")
    (dst / "keyring.sqlite3").chmod(0o600)
    return [*names, "keyring.sqlite3"]


def restore_keys(src: Path) -> int:
    """Puts the keys of a backup in place of the present ones; returns how many stay erased.

    What was erased here since the backup stays erased: the present register is kept and the
    backup's lines are added. Call `actions.finish_erasures()` after the database is back.
    """
    home = folder()
    present = home / "erasures.log"
    rings.close()
    for name in ("keyring.sqlite3-wal", "keyring.sqlite3-shm"):
        (home / name).unlink(missing_ok=True)
    for path in sorted(src.iterdir()):
        known = path.name in _COPIED or path.name.startswith("seal.key.until-")
        if not (known or path.name == "keyring.sqlite3"):
            continue
        if path.name == "erasures.log" and present.exists():
            continue
        beside = home / f".{path.name}.restored"
        shutil.copyfile(path, beside)
        beside.chmod(0o600)
        beside.replace(home / path.name)
    _forget_journal_keys()
    merge_erasures(src)
    return len(keyring().erasures())


def merge_erasures(src: Path) -> int:
    """Takes over the register in `src` (a folder of keys, or the file itself).

    Returns how many keys were thrown away by it. Applies the present register too, whatever the
    keyring had seen of it.
    """
    ring = keyring()
    ring.set_fact("register", "")
    register = src / "erasures.log" if src.is_dir() else src
    return ring.apply_erasures(register if register.exists() else None)


def _forget_journal_keys() -> None:
    from gridward.journal.actions import forget_keys

    forget_keys()
