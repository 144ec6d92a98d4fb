"""How fast the product is, as ratios to what else could be done. Commands, never timed tests."""
