"""Measurements of the product beside what its libraries can do at best."""
