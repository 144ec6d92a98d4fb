"""The complaint pack: one contact's whole story with its proofs, in one file that is checked without us."""
