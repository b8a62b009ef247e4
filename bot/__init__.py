"""Talks with customers: channels, understanding, dialogue and phrases."""
