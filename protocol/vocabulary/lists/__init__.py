"""The closed code lists: stable codes, and what other standards call them."""
