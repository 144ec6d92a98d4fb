"""The paths that are measured, a module each, found by being here.

A module's docstring is its title and, below, its method. It has NAME (its own), GOAL (a tuple of Goal), and
`run(scale) -> Measured`. It may do to the database what it likes: the data are a copy.
"""
