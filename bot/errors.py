"""The errors that some caller treats differently.

CourierError
├── RetryLater        may work later: a vendor is down, slow or limits us
│   └── Limited       a vendor allows us nothing more for now, whatever we ask for
├── NotFound          there is no such person, recording, link, ticket or channel
│   └── Gone          there was one; it is deleted or expired for good
├── Refused           permanent until a person changes something: key, scope, channel
│   ├── AccessRefused a vendor lets us in no more, whatever we ask for
│   └── NotAllowed    whoever asked may not, by the installation's own rules
├── BadInput          what we were given cannot be understood
│   └── UnknownShape  a recording holds something we do not know how to read
└── SettingsError     the installation's settings are missing or wrong

Each error has two texts for two audiences: ``str(error)`` is whole and goes to the log;
``error.plain`` is for the conversation and says what to do. Neither holds a secret.
"""

from __future__ import annotations


class CourierError(Exception):
    """What went wrong, to which id, what came back and what to do about it."""

    def __init__(self, detail: str, *, plain: str | None = None) -> None:
        super().__init__(detail)
        self.plain = plain or detail


class RetryLater(CourierError):
    """Try the same again, after ``after`` seconds where the vendor named a time."""

    def __init__(
        self, detail: str, *, after: float | None = None, plain: str | None = None
    ) -> None:
        super().__init__(detail, plain=plain)
        self.after = after


class Limited(RetryLater):
    """The vendor allows us nothing more until then, whatever we ask for."""


class NotFound(CourierError):
    """There is no such thing, as far as we may see."""


class Gone(NotFound):
    """It existed and will not come back."""


class Refused(CourierError):
    """The other side said no, and will until a person changes something."""


class AccessRefused(Refused):
    """The vendor lets us have nothing at all: the key, its rights, the address."""


class NotAllowed(Refused):
    """Whoever asked may not, by the installation's own rules."""


class BadInput(CourierError):
    """What we were given cannot be understood."""


class UnknownShape(BadInput):
    """A recording holds something we cannot read; half a replay is never made of it."""

    def __init__(self, recording: str, field: str, found: str) -> None:
        super().__init__(
            f"recording {recording}: cannot read {field}: {found}",
            plain=f"Recording {recording} holds data this version cannot read"
            f" ({field}).",
        )
        self.recording = recording
        self.field = field


class SettingsError(CourierError):
    """Settings that are missing or wrong, all of them at once."""
