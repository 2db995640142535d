"""How urgent a service is by its business impact analysis: what orders services of one tier."""

from math import inf

from specs.services import Service

LEVELS_OF_IMPACT = ("catastrophic", "severe", "high", "moderate", "low")
"""Worst first."""

Urgency = tuple[float, ...]


def urgency(service: Service) -> Urgency:
    """Business impact as a key that sorts the most urgent first: after how many seconds the outage is
    catastrophic, else severe, and so on; what never gets so bad, or was never analysed, comes last.

    >>> from specs.services import Service
    >>> def after(*steps):
    ...     over_time = [{"after": time, "level": level} for time, level in steps]
    ...     return urgency(Service.model_validate({"impact": {"over_time": over_time}}))
    >>> after(("1 h", "severe")) < after(("2 h", "severe"))
    True
    >>> after(("2 d", "catastrophic")) < after(("1 min", "severe")) < after()
    True
    """
    first = dict.fromkeys(LEVELS_OF_IMPACT, inf)
    for impact in service.impact.over_time:
        first[impact.level] = min(first[impact.level], impact.after)
    return tuple(first[level] for level in LEVELS_OF_IMPACT)
