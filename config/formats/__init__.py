"""How dates are printed, a module for each language: the place where Django looks for it."""
