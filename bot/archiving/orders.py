"""What somebody wants archived, and where: as it is kept with a run or a schedule."""

from __future__ import annotations

import json
import re
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any, Literal, get_args
from urllib.parse import unquote, urlsplit

from bot.errors import BadInput
from bot.identifiers import read
from bot.model import Filters, Identifier
from bot.options import filters_of

Format = Literal["replay", "raw"]
FORMATS: tuple[str, ...] = get_args(Format)

_SCHEME = re.compile(r"[a-z][a-z0-9+.-]*://", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Order:
    """What is archived, and how. Two that are equal are one archive."""

    target: str
    """As ``target_at`` gives it."""
    query: str = ""
    """The words that ``/replay`` takes: whose, and which of them; all without."""
    format: Format = "replay"
    warehouse: str = ""
    """The table in BigQuery that gets the index too: ``project.dataset.table``."""

    @property
    def who(self) -> tuple[Identifier, ...]:
        """Whose recordings; nobody's in particular where it is empty."""
        return read(filters_of(self.query)[1])

    @property
    def filters(self) -> Filters:
        return filters_of(self.query)[0]

    def check(self) -> None:
        """Raises BadInput where the words name nobody and no filter: by mistake, all
        would be archived."""
        rest = filters_of(self.query)[1].strip()
        if rest and not self.who:
            raise BadInput(
                f"{self.query!r} names nobody; expected words such as"
                " 'jane@example.com errors only on /checkout'"
            )

    def to_json(self) -> str:
        return json.dumps(asdict(self), sort_keys=True)

    @classmethod
    def from_json(cls, text: str) -> Order:
        known: dict[str, Any] = json.loads(text)
        return cls(**known)


def target_at(url: str) -> str:
    """A folder's path or a store's URL in the one spelling that a target is known
    by."""
    if not _SCHEME.match(url):
        return Path(url).absolute().as_uri()
    return url.rstrip("/")


def is_of_this_machine(target: str) -> bool:
    """Whether other machines may see another folder there."""
    return urlsplit(target).scheme == "file"


def in_words(target: str) -> str:
    """The target as people write it."""
    parts = urlsplit(target)
    return unquote(parts.path) if parts.scheme == "file" else target
