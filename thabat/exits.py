"""How the command ends: one number a meaning, and the exception that carries it."""

CLEAN = 0
"""Nothing to say against it."""
FINDINGS = 1
"""Findings at or above `--fail-on`, or differences."""
USAGE = 2
"""The call or the spec is faulty."""
NOT_EVALUATED = 3
"""It could not be judged: engine, target or lab failed. Never a pass."""
LOCKED = 4
"""Somebody else holds the lock."""
EVIDENCE = 5
"""Evidence does not verify."""
INTERRUPTED = 130
"""Stopped by the user."""


class Stop(Exception):
    """The command cannot go on: what is wrong, how to mend it, and with which number it ends."""

    def __init__(self, code: int, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.hint = hint
