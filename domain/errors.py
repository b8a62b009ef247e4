"""Every error that the product raises on purpose.

The tree, from the general to the particular::

    ShouwenError
    ├── BadRequest            what came in cannot be read (malformed payload, unknown value)
    │   └── TooLarge          … because there is too much of it
    ├── NotAuthentic          signature, token, password or code is wrong
    ├── NotAllowed            who asks is known, and may not
    ├── NotFound              the thing named does not exist, or not for whom asks
    ├── Conflict              somebody else changed it first; nothing was written
    │   ├── LeaseLost         another worker took the conversation over
    │   └── AlreadyTaken      another agent accepted the ticket first
    ├── RuleBroken            the move is against a rule of responsibility
    ├── TooMany               a limit on rate or tries was reached
    └── Unavailable           a system we depend on did not answer
        └── BackEndUnavailable    the utility's own system
"""

from __future__ import annotations


class ShouwenError(Exception):
    """Root of the tree; its text may be shown to an agent, never to a customer."""


class BadRequest(ShouwenError):
    """What came in cannot be read."""


class TooLarge(BadRequest):
    """The payload is larger than the limit."""


class NotAuthentic(ShouwenError):
    """Signature, token, password or code is wrong."""


class NotAllowed(ShouwenError):
    """The caller is known and may not do this."""


class NotFound(ShouwenError):
    """No such thing, or none that the caller may know of."""


class Conflict(ShouwenError):
    """Somebody else changed it first; nothing was written, the caller may read again and retry."""


class LeaseLost(Conflict):
    """Another worker took the conversation over; the turn's results must be thrown away."""


class AlreadyTaken(Conflict):
    """Another agent accepted first.

    ``by`` is the name to show: "Zhang Wei accepted this ticket at 10:02".
    """

    def __init__(self, by: str) -> None:
        super().__init__(f"already accepted by {by}")
        self.by = by


class RuleBroken(ShouwenError):
    """The move is against a rule of responsibility (design, section 5).

    ``rule`` is a short code that the desk translates, for example ``leg_open`` or ``result_missing``.
    """

    def __init__(self, rule: str, words: str) -> None:
        super().__init__(words)
        self.rule = rule


class TooMany(ShouwenError):
    """A limit on rate or tries was reached; ``retry_after_s`` seconds from now it may work again."""

    def __init__(self, words: str, retry_after_s: float) -> None:
        super().__init__(words)
        self.retry_after_s = retry_after_s


class Unavailable(ShouwenError):
    """A system that we depend on did not answer, or not in time."""


class BackEndUnavailable(Unavailable):
    """The utility's own system did not answer; the customer gets an apology and a person."""
