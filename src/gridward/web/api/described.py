"""The API's description of itself, made whole: refusals as what they are, with examples."""

from __future__ import annotations

from typing import Any

from ninja import NinjaAPI
from ninja.openapi.schema import OpenAPISchema

PROBLEM = "application/problem+json"
MEANINGS = {
    400: "The request cannot be read.",
    401: "A personal token is missing, wrong, expired or withdrawn.",
    403: "The token, or its post, may not do this.",
    404: "Not there, or not for you: from outside the two look the same.",
    405: "The address does not take this method.",
    409: "It cannot be done as things stand, or the client_id was used for something else.",
    412: "Somebody acted meanwhile; `detail` says who and when.",
    413: "Too big.",
    415: "Not a kind of file that is taken.",
    422: "An input cannot be taken; `fields` or `detail` says which.",
    428: "If-Match is missing.",
    429: "Too often; `detail` says how long to wait.",
    503: "Busy; try again.",
    507: "The disk is full; nothing was kept.",
}
VERSIONED = {"read_case", "read_steps"}
VERSION = {"type": "string", "pattern": '^"[0-9]{1,6}"$', "title": "If-Match"}


class DescribedAPI(NinjaAPI):
    """NinjaAPI whose OpenAPI document says how refusals really look."""

    def get_openapi_schema(self, *args: Any, **kwargs: Any) -> OpenAPISchema:
        """The document, every response of 400 and above as application/problem+json."""
        document = super().get_openapi_schema(*args, **kwargs)
        for operations in document["paths"].values():
            for operation in operations.values():
                _describe(operation)
        return document


def _describe(operation: dict[str, Any]) -> None:
    for status, response in operation["responses"].items():
        number = int(status)
        if number < 400:
            versioned = any(p["name"] == "If-Match" for p in operation.get("parameters", ()))
            if versioned or operation.get("operationId") in VERSIONED:
                response["headers"] = _etag()
            continue
        response["description"] = MEANINGS.get(number, "Refused.")
        shape: dict[str, Any] = next(iter(response.get("content", {}).values()), {})
        example = {
            "type": "urn:gridward:problem:not_found",
            "title": "not found",
            "status": number,
            "detail": MEANINGS.get(number, "Refused."),
            "code": "not_found",
            "request": "01a1f834928c71fdb438f0592408271b",
        }
        response["content"] = {PROBLEM: {**shape, "example": example}}
    for parameter in operation.get("parameters", ()):
        if isinstance(parameter.get("examples"), list):
            parameter["example"] = parameter.pop("examples")[0]
        if parameter["name"] == "If-Match":
            # asked for by us with a sentence of its own, so the code takes it as optional
            parameter["required"] = True
            parameter["schema"] = VERSION


def _etag() -> dict[str, Any]:
    return {"ETag": {"description": "The version.", "schema": {"type": "string"}}}
