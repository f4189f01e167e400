"""What the ticker does for the vault, in the current jurisdiction."""

from gridward.core import clock
from gridward.core.action import action, context
from gridward.vault import erasure, storage
from gridward.vault.actions import finish_erasures
from gridward.vault.keyring import keyring
from gridward.vault.models import File

ORPHAN_AFTER_S = 2 * 24 * 3600


@action
def reap_staged_files() -> int:
    """Removes uploads that nobody linked in time, with their keys; returns how many."""
    stale = list(
        File.objects.select_for_update()
        .filter(expires_at__lt=clock.now(), state=File.State.STAGED)
        .order_by("expires_at", "id")[:500]
    )
    if not stale:
        return 0
    File.objects.filter(id__in=[one.id for one in stale]).delete()

    def clean_up() -> None:
        storage.remove([name for one in stale for name in (one.digest, one.thumb_digest)])
        keyring().drop([one.key_id for one in stale])

    context().after_commit(clean_up)
    return len(stale)


def sweep_orphans() -> int:
    """Removes files on disk that no row names (an upload cut short); returns how many."""
    names = list(storage.every(older_than_s=ORPHAN_AFTER_S))
    count = 0
    for start in range(0, len(names), 400):
        part = names[start : start + 400]
        known: set[str] = set()
        for row in File.objects.filter(digest__in=part).values_list("digest", flat=True):
            known.add(row)
        for row in File.objects.filter(thumb_digest__in=part).values_list(
            "thumb_digest", flat=True
        ):
            known.add(row)
        count += storage.remove([name for name in part if name not in known])
    return count


def finish() -> int:
    """Finishes erasures that a power cut left half done, and cleans the file after them."""
    keyring().apply_erasures()
    count = finish_erasures()
    erasure.scrub_if_due()
    return count
