"""SQL to frozen records and back: one file for each group of tables, and no decisions."""
