"""What can fail by itself, how often and for how long, and the graph of needs with standbys that can fail."""

from resilience.failure_logic.events import BasicEvent
from resilience.failure_logic.logic import FailureLogic, failure_logic

__all__ = ["BasicEvent", "FailureLogic", "failure_logic"]
