"""Keeps what was not understood, without the customer in it, in the turn's own transaction."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence

from bot.understanding.anonymous import anonymous
from bot.understanding.model_text import model_text
from domain.conversation import Conversation
from domain.learning import Doubt, Unclear
from domain.message import Author, Message
from domain.ports import Phrasing
from domain.repositories import Transaction

_REPLIES = 20
"""Messages after a customer's own among which the answer to it is looked for."""


def note_doubts(
    tx: Transaction,
    doubts: Sequence[Doubt],
    conversation: Conversation,
    phrasing: Phrasing,
    names: Iterable[str] = (),
) -> None:
    """Store what the dialogue reported; the answers must have been appended already.

    Args:
        tx: the turn's transaction.
        doubts: about this message and the one before.
        conversation: the one that they belong to.
        phrasing: gives what the bot said without any value in it.
        names: of people concerned, besides the contact's own.
    """
    if not doubts:
        return
    known = {tx.contacts.get(conversation.contact_id).name, *names} - {""}
    for doubt in doubts:
        message = tx.conversations.message(doubt.inbound_id)
        text, marks = anonymous(message.text, doubt.marks, known)
        if not text:
            continue
        tx.learning.note(
            Unclear(
                id=message.id,
                lesson=lesson_id(text, doubt.language),
                text=text,
                language=doubt.language,
                channel=conversation.channel,
                at=message.at,
                reason=doubt.reason,
                guesses=doubt.guesses,
                marks=marks,
                said=_said(tx, message, phrasing, doubt.language),
                chosen=doubt.chosen,
            )
        )


def lesson_id(text: str, language: str) -> str:
    """The same for all texts that the model reads alike: twenty hexadecimal digits."""
    return hashlib.sha256(f"{language}\n{model_text(text)}".encode()).hexdigest()[:20]


def _said(tx: Transaction, message: Message, phrasing: Phrasing, language: str) -> str:
    """What the bot answered to a message, and the buttons that it showed."""
    after = tx.conversations.messages(message.conversation_id, message.seq, _REPLIES)
    answers = [each for each in after if each.reply_to == message.id and each.author is Author.BOT]
    lines = [phrasing.outline(answer.phrase, language) for answer in answers]
    buttons = [f"[{choice.label}]" for answer in answers for choice in answer.choices]
    return "\n".join([*filter(None, lines), " ".join(buttons)]).strip()
