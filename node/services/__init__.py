"""Use cases: one function, one transaction each. They load, ask the protocol, save and apply effects."""
