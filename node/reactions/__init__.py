"""What an accepted message changes here: one file for each family, dispatched by `dispatch`.

A reaction runs inside the savepoint of its message. It answers with effects, or with the one code for which
the message is refused after all: then nothing of it is kept but its skeleton.
"""
