"""Doors that strangers knock at: providers and contacts."""
