"""Files on their way: parts made ready to leave as answers come, and parts put together as they come."""
