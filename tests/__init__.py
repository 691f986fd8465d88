"""The tests, as one package, so that `tests.support` is found before any other `tests`."""
