"""Sathi's protocol: what may be said, to whom and when. Pure: no I/O, no clock, no randomness."""
