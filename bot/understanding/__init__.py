"""Understands messages: safety rule first, then words and digits, then Rasa; the answer is a value."""
