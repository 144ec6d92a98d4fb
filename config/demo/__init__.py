"""A business that looks real, for `make run` and for everyone who wants to look around.

Tamarack Outfitters sells and rents outdoor gear. 500 people come from contacts.csv; ninety days of their texts pass
through the real door, signed as the provider signs them, and the staff's acts through the same verbs as on the
staff site. Every name is invented, every number and address is reserved for examples.

Reading order: business (staff, channels, lists), people (the CSV), cast (the few worth meeting), crowd (everybody
else), desk (what can be done), loader (the whole story, told in order), integrations (keys and webhooks, afterwards).
"""
