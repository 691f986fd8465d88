"""The story of the demo: two nodes, one survivor, and seven steps that each check what they say."""
