"""What `sathi doctor` looks at, a file for each place: facts are gathered, then judged by pure functions.

No case is read and no exception is quoted: only what these files say themselves reaches a person.
"""
