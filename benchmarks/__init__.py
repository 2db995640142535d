"""How long Thabat takes and how much memory it needs, as estates grow."""
