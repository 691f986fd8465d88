"""Words as they are compared, and names as they sound, in the three scripts of the federation."""
