"""The parts of receiving: what a batch shares, what is kept of a message, what is answered."""
