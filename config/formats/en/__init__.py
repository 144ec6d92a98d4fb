"""English, the language of the staff site."""
