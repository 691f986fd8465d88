"""The `sathi` command: the only place that reads arguments and the environment, and that talks to a person.

Data goes to stdout, talk to stderr. Exit codes: 0 done, 1 failed, 2 used wrongly, 3 done with warnings.
"""
