"""Words cut for searching: characters, bigrams and Latin words."""

from __future__ import annotations

import itertools
import re
import unicodedata

_PIECES = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[0-9a-z]+")


def tokens(text: str) -> list[str]:
    """The search tokens of `text`, each once, in order of first appearance.

    Chinese runs give every character and every pair of neighbours; Latin words and numbers give
    themselves, lower-case, full-width forms made plain.
    """
    found: dict[str, None] = {}
    for piece in _PIECES.findall(unicodedata.normalize("NFKC", text).lower()):
        if piece[0] < "\u3400":
            found[piece] = None
            continue
        for character in piece:
            found[character] = None
        for first, second in itertools.pairwise(piece):
            found[first + second] = None
    return list(found)


def query_tokens(text: str) -> list[str]:
    """The fewest tokens that a searched `text` asks for: pairs where there are pairs."""
    found: dict[str, None] = {}
    for piece in _PIECES.findall(unicodedata.normalize("NFKC", text).lower()):
        if piece[0] < "\u3400" or len(piece) == 1:
            found[piece] = None
            continue
        for first, second in itertools.pairwise(piece):
            found[first + second] = None
    return list(found)


def without_controls(text: str) -> str:
    """`text` without control characters (tabs and line ends stay), line ends made plain."""
    plain = text.replace("\r\n", "\n").replace("\r", "\n")
    return "".join(c for c in plain if c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
