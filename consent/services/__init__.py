"""The verbs of consent. Each owns its transaction, its change and the ledger entry that goes with it."""
