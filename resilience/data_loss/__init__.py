"""Data loss: how old data may be that comes back, in calm and under every single failure."""
