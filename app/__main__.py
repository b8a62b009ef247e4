"""``python -m app``."""

import sys

from app.cli import cli
from app.progress import console
from domain.errors import ShouwenError

try:
    cli(prog_name="shouwen")
except ShouwenError as error:
    # What we know how to say needs no traceback.
    console.print(f"[red]{type(error).__name__}[/]: {error}", markup=True)
    sys.exit(2)
