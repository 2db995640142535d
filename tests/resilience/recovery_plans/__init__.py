"""Tests of recovery plans."""
