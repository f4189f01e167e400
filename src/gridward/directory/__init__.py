"""Who holds work: organisations, people and their posts."""
