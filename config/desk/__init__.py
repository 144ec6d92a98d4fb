"""The Desk: the start page, and the screens that look at several apps at once."""
