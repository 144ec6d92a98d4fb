"""Bulk actions: one change for many contacts, foreseen, confirmed, run in chunks, and undone as one."""
