"""Generated examples take as long as the machine needs; only their outcome is judged."""

from hypothesis import settings

settings.register_profile("unhurried", deadline=None)
settings.load_profile("unhurried")
