"""The English labels of all codes: one table for each closed list, marked for translation."""
