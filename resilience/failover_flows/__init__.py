"""Failover paths of all traffic at once: the way taken, its latency, and the bandwidth left for it."""

from resilience.failover_flows.flows import failover_flows
from resilience.failover_flows.results import (
    Bounds,
    CircuitLoad,
    CommonShare,
    FailoverFlows,
    FlowState,
    TrafficAfter,
)

__all__ = [
    "Bounds",
    "CircuitLoad",
    "CommonShare",
    "FailoverFlows",
    "FlowState",
    "TrafficAfter",
    "failover_flows",
]
