"""ENGINE cases: a line of states with one subject and one holder at a time."""
