"""Fault trees: engine, cut sets and the Open-PSA reader."""
