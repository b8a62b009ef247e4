"""Sign-ins of the invented agents, made once for each data folder."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping

from app.settings import Settings
from router.people import load_people

SIGN_INS = "demo-sign-ins.json"


def demo_sign_ins(settings: Settings) -> Mapping[str, str]:
    """Password by login name; empty where there is no demo."""
    if not settings.demo:
        return {}
    kept = settings.data_dir / SIGN_INS
    if not kept.exists():
        made = {agent.login: f"{agent.login}-{secrets.token_hex(3)}" for agent in load_people().agents}
        kept.touch(mode=0o600)
        kept.write_text(json.dumps(made, indent=1), encoding="utf-8")
    found: dict[str, str] = json.loads(kept.read_text(encoding="utf-8"))
    return found
