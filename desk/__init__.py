"""Show: the agents' console and the customer's web chat."""

from desk.assembly import build
from desk.deps import DemoSignIn, DeskDeps, ShownSms

__all__ = ["DemoSignIn", "DeskDeps", "ShownSms", "build"]
