"""Reads the embedded results in Python, as the page's script does, from what is written in the file alone."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any, Literal

NO, MAYBE, YES = 0, 1, 2
State = Literal["never", "down", "degraded", "carried", "unaffected", "unknown"]
Taken = tuple[str, tuple[str, ...], tuple[str, ...], float | None]


@dataclass(frozen=True)
class Lookup:
    """What the page says once those have failed."""

    data: dict[str, Any]
    failed: frozenset[int]

    @classmethod
    def of(cls, data: dict[str, Any], *names: str) -> "Lookup":
        numbers = {f"{kind}/{key}": number for number, (key, _, kind, _) in enumerate(data["events"])}
        return cls(data, frozenset(numbers[name] for name in names))

    def name(self, event: int) -> str:
        key, _, kind, _ = self.data["events"][event]
        return f"{kind}/{key}"

    @cached_property
    def width(self) -> int:
        return max((self.data["events"][event][3] for event in self.failed), default=0)

    def lost(self, node: int) -> int:
        alone, pairs, support = self.data["nodes"][node]
        sets = self.data["sets"]
        if self.failed & set(sets[alone]):
            return YES
        if any(self.failed & set(sets[some]) and self.failed & set(sets[others]) for some, others in pairs):
            return YES
        digits = self.data["supports"][support]
        bearing = sum(
            int(digits[event >> 2 : (event >> 2) + 1] or "0", 16) >> (event & 3) & 1 for event in self.failed
        )
        return NO if bearing <= self.data["order"] else MAYBE

    def fails(self, service: dict[str, Any], level: int) -> int:
        whole = self.lost(service["levels"][level])
        if not service["views"]:
            return whole
        gone = [self.lost(view[2]) for view in service["views"]]
        seen = [self.lost(view[level]) for view in service["views"]]
        unserved = max(min(here, YES - there) for here, there in zip(seen, gone, strict=True))
        return max(unserved, min(whole, min(gone)))

    def takeovers(self, service: dict[str, Any]) -> list[Taken] | None:
        """Parts with who was lost, who carries them, and after how long; None: unknown."""
        found: list[Taken] = []
        for part, workloads in service["parts"]:
            states = [self.lost(workload[1]) for workload in workloads]
            moved = [w for w, state in zip(workloads, states, strict=True) if w[2] and state != NO]
            left = [w for w, state in zip(workloads, states, strict=True) if state == NO and w[4]]
            if moved and MAYBE in states:
                return None
            if moved and left:
                active = [w for w in left if w[2]]
                times = [w[3] for w in left if w[3] is not None]
                carried_by = tuple(self.name(w[0]) for w in active or left)
                time = 0.0 if active else min(times, default=None)
                found.append((part, tuple(self.name(w[0]) for w in moved), carried_by, time))
        return found

    def ways(self, service: dict[str, Any]) -> dict[str, tuple[str, ...] | str]:
        """By place of users that are left and whose usual way is lost: the site and circuits of the way that
        is taken now, or a word."""
        found: dict[str, tuple[str, ...] | str] = {}
        for place, node, usual, after in service["ways"]:
            before = self.data["ways"][usual]
            if self.lost(node) == YES or isinstance(before, str):
                continue
            harmed = max((self.lost(one) for one in before[2]), default=NO)
            if harmed == NO:
                continue
            here = self.name(place) if isinstance(place, int) else place
            found[here] = "unknown"
            for event, number in after if harmed == YES else ():
                way = self.data["ways"][number]
                if event in self.failed and isinstance(way, str):
                    found[here] = way
                    break
                if event in self.failed and max((self.lost(one) for one in way[2]), default=NO) == NO:
                    found[here] = tuple(self.name(one) for one in (way[0], *way[1]))
                    break
        return found

    def state(self, service: dict[str, Any]) -> State:
        if service["runs"] == "no":
            return "never"
        below, reduced = self.fails(service, service["owes_full"][self.width]), self.fails(service, 1)
        if below == YES:
            return "down"
        if MAYBE in (below, reduced) or (service["runs"] == "unknown" and self.failed):
            return "unknown"
        if reduced == YES:
            return "degraded"
        moved = self.takeovers(service)
        return "carried" if moved is None or moved or self.ways(service) else "unaffected"

    def states(self) -> dict[str, State]:
        """Of every service by name."""
        return {self.name(service["event"]): self.state(service) for service in self.data["services"]}

    def takers(self) -> set[tuple[str, *tuple[Any, ...]]]:
        """Every takeover, with its service."""
        return {
            (self.name(service["event"]), *taken)
            for service in self.data["services"]
            for taken in self.takeovers(service) or ()
        }
