"""Looking after the jobs themselves: those of dead workers, those that are over, and those that fail."""
