"""A generator of a million cases, and timed questions with bounds: `make bench`."""
