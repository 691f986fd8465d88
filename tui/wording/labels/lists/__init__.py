"""The English labels of the code lists, by the name of the list and then by the code."""
