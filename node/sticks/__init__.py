"""Sticks: files of envelopes that a person carries, made of what waits and taken in again."""
