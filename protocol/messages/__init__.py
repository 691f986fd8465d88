"""What is said between nodes: one file for each family, and the closed union in `union`."""
