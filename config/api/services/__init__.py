"""The verbs of the API itself: keys, rate limits, kept answers."""
