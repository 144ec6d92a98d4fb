"""Erase, merge and export, as staff meet them."""
