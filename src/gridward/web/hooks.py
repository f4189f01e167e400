"""Doors for machines of others: what an SMS gateway brings back."""

from __future__ import annotations

import json

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from gridward.cases import actions
from gridward.core import clock
from gridward.core.errors import BadInput
from gridward.notify import channels
from gridward.notify.errors import ReplyRefused
from gridward.notify.rules import is_fresh, is_signed
from gridward.web.entrance import entrance
from gridward.web.problems import problem_response

BODY_MOST = 10_000


@entrance("machine")
@csrf_exempt  # signed by the gateway; no cookie opens anything here
@require_POST
def sms(request: HttpRequest) -> HttpResponse:
    """A reply by text message: {"id", "from", "text"}, signed like what we send.

    Answers 200 {"taken": true} alike for every number, so that nobody learns which are known.
    """
    secret = channels.options().sms.reply_secret
    if not secret:
        raise Http404
    body = request.body if int(request.headers.get("Content-Length") or 0) <= BODY_MOST else b""
    stamp = request.headers.get("X-Timestamp", "")
    signature = request.headers.get("X-Signature", "")
    if not is_fresh(stamp, clock.now()) or not is_signed(secret, stamp, body, signature):
        return problem_response(request, ReplyRefused())
    try:
        told = json.loads(body)
        reference, number, text = str(told["id"]), str(told["from"]), str(told["text"])
    except (ValueError, KeyError, TypeError):
        return problem_response(request, BadInput({"body": "id, from, text"}))
    if not 1 <= len(reference) <= 200 or len(number) > 40:
        return problem_response(request, BadInput({"id": "1–200", "from": "1–40"}))
    actions.take_reply(number, text, reference=reference)
    return JsonResponse({"taken": True})
