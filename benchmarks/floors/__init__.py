"""What a STOP is measured against: the least a view can do, and how Django projects usually write it."""
