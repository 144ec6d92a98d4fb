"""Outbound webhooks: integrations are told of every entry of the ledger, in order for each contact, until they have it.

`services.fanning` turns the feed of the ledger into notices, `services.sending` posts them, `jobs` run both.
"""
