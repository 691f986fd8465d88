"""The catalogues of the desk: found in the sources, merged into the translations, compiled."""
