"""Background jobs of notify: the only place that talks to gateways, and never in a transaction."""

from __future__ import annotations

import logging
from collections import Counter
from collections.abc import Sequence
from uuid import UUID

from django_tasks import task

from gridward.core import clock, jurisdiction
from gridward.journal.queries import remembered_generations
from gridward.notify import actions, channels, queries, rules, sources
from gridward.notify.errors import ChannelOff
from gridward.notify.models import Notice
from gridward.notify.rules import Composed, Outgoing

log = logging.getLogger("gridward.notify")


@task()
def send(jurisdiction_key: str, ids: list[str]) -> int:
    """Sends what the ticker took; returns how many messages went out. Never raises for one of
    them: it waits for its next try, and why stands on it."""
    with jurisdiction.using(jurisdiction_key), remembered_generations():
        return send_batch([UUID(one) for one in ids])


def send_batch(ids: Sequence[UUID]) -> int:
    """Composes, bundles and sends the taken notices; one that fails does not stop the others."""
    began = clock.now()
    outgoing = _messages(queries.claimed(ids))
    failures: Counter[str] = Counter()
    sent = 0
    left: list[UUID] = []
    for one in outgoing:
        channel = one.lead.channel
        late = clock.now() - began > rules.PATIENCE
        if late or failures[channel] >= rules.DOWN_AFTER:
            left.append(one.lead.id)
            continue
        try:
            reference = channels.channel(channel).send(_message(one))
        except ChannelOff:
            actions.drop(one.lead.id, reason="channel_off")
        except channels.Refused as fault:
            actions.mark_failed(one.lead.id, error=fault.code, for_good=True)
            _tell(one, fault.code)
        except channels.Unavailable as fault:
            failures[channel] += 1
            actions.mark_failed(one.lead.id, error=fault.code, for_good=False)
            _tell(one, fault.code)
        else:
            failures[channel] = 0
            actions.mark_sent(one.lead.id, reference=reference)
            sent += 1
    if left:
        actions.put_back(left)
    return sent


def _messages(notices: Sequence[Notice]) -> list[Outgoing]:
    """What goes out: bundles that an earlier try had bound stay as they were."""
    said = sources.compose(notices)
    rows = {one.id: one for one in notices}
    ready: list[Composed] = []
    for one in notices:
        words = said[one.id]
        if isinstance(words, str):
            actions.drop(one.id, reason=words)
        else:
            ready.append(words)
    bound: dict[UUID, list[Composed]] = {}
    fresh: list[Composed] = []
    for each in ready:
        row = rows[each.id]
        leads = any(other.bundled_into_id == each.id for other in notices)
        if row.bundled_into_id is not None:
            bound.setdefault(row.bundled_into_id, []).append(each)
        elif row.attempts > 1 or leads:
            bound.setdefault(each.id, []).insert(0, each)
        else:
            fresh.append(each)
    found = rules.bundled(fresh)
    actions.bind_bundles(found)
    for lead, own in bound.items():
        if own[0].id != lead:
            continue  # its lead was dropped: the rest goes its own way with the next tick
        made = rules.bundled(sorted(own, key=lambda c: c.id.int))
        text = made[0].text if len(made) == 1 else own[0].text
        found.append(Outgoing(own[0], text, tuple(c.id for c in own[1:])))
    return found


def _message(one: Outgoing) -> channels.Message:
    is_bundle = one.text != one.lead.text
    return channels.Message(
        id=one.lead.id,
        key="bundle" if is_bundle else one.lead.key,
        addresses=one.lead.addresses,
        text=one.text,
        title=one.lead.title,
        values={} if is_bundle else dict(one.lead.values),
    )


def _tell(one: Outgoing, code: str) -> None:
    log.warning(
        "notice failed",
        extra={"notice": str(one.lead.id), "channel": one.lead.channel, "error_code": code},
    )
