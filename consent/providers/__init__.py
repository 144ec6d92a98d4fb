"""What providers send, each read by a module of its own. They do not know each other."""
