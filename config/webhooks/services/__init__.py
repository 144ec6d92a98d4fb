"""Verbs of outbound webhooks."""
