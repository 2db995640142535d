"""Every pair of events, and every element out with each single failure, without going through them one by
one.

For each event the graph is evaluated once more with that event in every scenario (a block of events at once),
only above it and only as far as anything differs from what each other event does alone. What is left
untouched is what the pair does no more to than its events do alone:

- A node below which only one of two events lies has the value that this event alone gives it, for its value
  is a function of what lies below it. So a pair of which one member lies outside of a service's support does
  to the service what the other member does alone.
- The same holds at each gate: where the two meet in no gate whose value the pair changes, every node above
  has one of the values that it has after either event alone.

So pairs within a support are all evaluated, and those outside need not be.
"""

import gc
import multiprocessing
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from multiprocessing.connection import Connection

from resilience.failure_sweep.blocks import Block, blocks
from resilience.failure_sweep.cascade import Cascade
from resilience.failure_sweep.levels import Gauge, Losses, Marks, by_course, losses, marks
from resilience.failure_sweep.results import Level, Steps
from resilience.failure_sweep.scenes import Scenes
from resilience.failure_sweep.shortness import Shortness


@dataclass(frozen=True)
class Meeting:
    """Scenarios that each, together with a first one, do to a service what neither does alone."""

    gauge: int
    first: int
    others: int
    steps: Steps


@dataclass
class Meetings:
    """What going through pairs found."""

    found: list[Meeting] = field(default_factory=list)
    below: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    """By gauge how many pairs of events settle below."""
    interrupted: dict[int, int] = field(default_factory=lambda: defaultdict(int))
    degraded: dict[int, int] = field(default_factory=lambda: defaultdict(int))

    def add(self, other: "Meetings") -> None:
        """What another run found, too."""
        self.found += other.found
        for mine, theirs in (
            (self.below, other.below),
            (self.interrupted, other.interrupted),
            (self.degraded, other.degraded),
        ):
            for gauge, count in theirs.items():
                mine[gauge] += count


@dataclass(frozen=True)
class Pairing:
    """Pairs of the scenarios of one estate."""

    scenes: Scenes
    cascade: Cascade
    gauges: tuple[Gauge, ...]
    alone: tuple[Marks, ...]
    """By gauge what single scenarios come to."""
    shortness: Shortness
    supports: tuple[int, ...]
    """By gauge the scenarios that it rests on."""

    @cached_property
    def read_from(self) -> dict[int, tuple[int, ...]]:
        """By node the gauges that are read from it."""
        found: dict[int, list[int]] = defaultdict(list)
        for number, gauge in enumerate(self.gauges):
            for node in gauge.nodes:
                found[node].append(number)
        return {node: tuple(numbers) for node, numbers in found.items()}

    def all(self, processes: int = 1) -> Meetings:
        """Every scenario with every other; by so many processes, where the system can fork them."""
        whole = blocks(self.scenes)
        if processes < 2 or "fork" not in multiprocessing.get_all_start_methods():
            return self.of(whole)
        context = multiprocessing.get_context("fork")
        running = []
        for share in (whole[place::processes] for place in range(processes)):
            ours, theirs = context.Pipe(duplex=False)
            process = context.Process(target=_send, args=(self.of, share, theirs))
            process.start()
            theirs.close()
            running.append((process, ours))
        found = Meetings()
        for process, ours in running:
            part = ours.recv()
            process.join()
            if isinstance(part, BaseException):
                raise part
            found.add(part)
        return found

    def of(self, share: Iterable[Block]) -> Meetings:
        """The scenarios of those blocks, each with all that are looked at beside it."""
        found = Meetings()
        for block in share:
            self._with(block, found)
        return found

    def _with(self, block: Block, found: Meetings) -> None:
        after = self.cascade.beside(block)
        touched = {gauge for node in after.differs for gauge in self.read_from.get(node, ())}
        short = self.shortness.beside(after)
        touched |= short.keys()
        for gauge in sorted(touched):
            within = block.repeated(self.supports[gauge])
            if within:
                lost = losses(self.gauges[gauge], after.look, block.kinds, block.ones)
                if gauge in short:
                    lost = lost.short(*short[gauge])
                self._note(gauge, block, lost, within, found)

    def _note(self, gauge: int, block: Block, lost: Losses, within: int, found: Meetings) -> None:
        alone, both = self.alone[gauge], marks(lost)
        below = _news(block, both.below & within, alone.below)
        interrupted = _news(block, both.ever_below & ~both.below & within, alone.ever_below)
        if block.numbers.start < self.scenes.events:
            degraded = _news(block, both.reduced & ~both.below & within, alone.reduced)
            found.below[gauge] += below.bit_count()
            found.interrupted[gauge] += interrupted.bit_count()
            found.degraded[gauge] += degraded.bit_count()
        if below | interrupted:
            for steps, others in by_course(lost.masked(below | interrupted), below | interrupted):
                found.found += [
                    Meeting(gauge, first, members, steps) for first, members in block.rows(others)
                ]


def _news(block: Block, both: int, alone: int) -> int:
    """Of what scenarios do together that which neither does alone."""
    return both & ~(block.repeated(alone) | block.where(alone)) if both else 0


def _send(work: Callable[[Sequence[Block]], Meetings], share: Sequence[Block], to: Connection) -> None:
    gc.freeze()  # what was there before the fork is shared, and stays
    try:
        to.send(work(share))
    except BaseException as fault:
        to.send(fault)
        raise


def settles(steps: Steps) -> Level:
    """The level that lasts."""
    return steps[-1].level
