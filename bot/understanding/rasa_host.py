"""Runs Rasa's command line in this process and ends with whoever started it.

``python -m bot.understanding.rasa_host run --enable-api …`` in Rasa's own environment. The starter holds
the other end of our standard input and writes the server's token as its first line. When it dies, even by SIGKILL, the pipe closes and so does Rasa with
its children. (The kernel's parent-death signal follows the starting *thread*, which may end earlier.)
"""  # noqa: E501

from __future__ import annotations

import os
import signal
import sys
import threading


def main() -> None:
    """Read the token, start the watch, then Rasa."""
    token = sys.stdin.readline().strip()
    if token:
        # In one argument: a token may begin with a dash, which alone would be read as an option.
        sys.argv += [f"--auth-token={token}"]
    threading.Thread(target=_end_with_starter, daemon=True).start()
    from rasa.__main__ import main as rasa_main

    rasa_main()


def _end_with_starter() -> None:
    while sys.stdin.read(4096):
        pass
    os.killpg(os.getpgrp(), signal.SIGKILL)


if __name__ == "__main__":
    main()
