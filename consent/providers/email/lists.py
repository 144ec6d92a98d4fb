"""How an e-mail event may name one of our lists."""

LIST_VARIABLE = "consent_list"
"""The variable (metadata, unique argument …) in which our own messages carry the slug of the list they went to."""
