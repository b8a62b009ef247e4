"""Decides who gets a conversation next: queues, skills, priorities and deadlines."""
