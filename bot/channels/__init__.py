"""Channels: each verifies what comes in, makes an ``Inbound`` of it, and sends what goes out."""
