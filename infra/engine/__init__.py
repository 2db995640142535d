"""Finds the Pulumi engine, or gets it, and tells how to call it."""

from infra.engine.environment import backend_url, environment, home_folder
from infra.engine.finding import find
from infra.engine.setting_up import ensure
from infra.engine.versions import Engine, EngineMissing, Progress

__all__ = [
    "Engine",
    "EngineMissing",
    "Progress",
    "backend_url",
    "ensure",
    "environment",
    "find",
    "home_folder",
]
