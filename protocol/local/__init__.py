"""The local API: what a person may ask of the own node, and what is shown."""
