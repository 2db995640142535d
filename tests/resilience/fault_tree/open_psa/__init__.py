"""The Open-PSA reader."""
