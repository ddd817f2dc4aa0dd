"""Settings of all tests."""

from hypothesis import settings

settings.register_profile("untimed", deadline=None)  # speed belongs in a benchmark
settings.load_profile("untimed")
