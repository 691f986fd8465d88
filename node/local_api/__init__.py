"""What the desk and the command may ask of the node: the local API, on a Unix socket."""
