"""The floors of a STOP and of a decision: the least a view can do, and how Django projects usually write it."""
