"""What a node remembers: two encrypted database files, their keyring and their tables."""
