"""Backups: which tables go into one, the file they travel in, and the vault that is made of it again."""
