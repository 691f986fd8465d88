"""Closed code lists, with the names HTCDS and Primero have for them."""
