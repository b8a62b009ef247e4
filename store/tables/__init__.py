"""What is kept, one topic a file. ``store/migrations`` makes these tables; a test holds the two together."""

from store.tables.base import METADATA
from store.tables.contacts import bindings, channel_identities, contacts, verification_failures
from store.tables.learning import lessons, unclear_messages
from store.tables.people import agents, queues
from store.tables.talk import conversations, deliveries, inbound, inbox_lanes, messages
from store.tables.tickets import clocks, ledger, legs, offers, surveys, ticket_numbers, tickets
from store.tables.work import audit_events, feed_events, jobs

__all__ = [
    "METADATA",
    "agents",
    "audit_events",
    "bindings",
    "channel_identities",
    "clocks",
    "contacts",
    "conversations",
    "deliveries",
    "feed_events",
    "inbound",
    "inbox_lanes",
    "jobs",
    "ledger",
    "legs",
    "lessons",
    "messages",
    "offers",
    "queues",
    "surveys",
    "ticket_numbers",
    "tickets",
    "unclear_messages",
    "verification_failures",
]
