"""An agent at the desk by plain HTTP: cookie, CSRF token and the header of the page's script."""

from __future__ import annotations

import re

import httpx


class Seat:
    """One agent, signed in."""

    def __init__(self, url: str, login: str, password: str, language: str = "zh") -> None:
        self.login = login
        self.http = httpx.Client(base_url=url, headers={"Accept-Language": language}, timeout=20)
        answer = self.http.post("/desk/sign-in", data={"login": login, "password": password})
        assert answer.status_code == 303, answer.text
        self.csrf = re.search(r'data-csrf="(\w+)"', self.http.get("/desk").text).group(1)

    def do(self, number: str, verb: str, **form: str) -> tuple[int, str]:
        """One move on a ticket: the status and the words that the agent reads."""
        answer = self.http.post(f"/desk/t/{number}/{verb}", data=form, headers={"X-CSRF-Token": self.csrf})
        return answer.status_code, answer.json()["words"]

    def see(self, number: str, query: str = "") -> str:
        """The ticket's page."""
        page = self.http.get(f"/desk/t/{number}{query}")
        assert page.status_code == 200
        return page.text

    def take_tickets(self, presence: str = "online") -> None:
        """Say that new tickets may be offered, or (``away``) not now."""
        form = {"presence": presence}
        answer = self.http.post("/desk/presence", data=form, headers={"X-CSRF-Token": self.csrf})
        assert answer.status_code == 200
