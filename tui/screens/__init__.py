"""The screens: each loads through the client in a worker, and only handlers touch widgets."""
