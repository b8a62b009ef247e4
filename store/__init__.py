"""Keeps what must not be lost, in PostgreSQL and Redis."""
