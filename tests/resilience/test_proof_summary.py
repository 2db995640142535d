"""The answers to each service's questions, where the proofs alone do not say them."""

from typing import Any

from resilience.analysis import analyse
from resilience.proof import Proof
from resilience.proof_summary import Answer, answers
from resilience.recovery_plans import recovery_plans
from tests.resilience.recovery_plans.disasters import MINUTE, step
from tests.resilience.sketch import estate, two_sites


def rto_after_a_site(mtpd: str) -> Answer:
    """Of a service that is back 30 minutes after the declaration and 45 after the event."""
    aim: dict[str, Any] = {"rto": "30 min", "rpo": "0 s", "mtpd": mtpd, "clock_starts": "declaration"}
    here = {"service": "s", "platform": "pa", "site": "a"}
    whole = estate(
        **two_sites(
            services={"s": {"users_at": ["u"], "recovery": [step("go", 30)], "objectives": {"site": aim}}},
            workloads={"s-a": here, "s-b": here | {"platform": "pb", "site": "b", "role": "standby"}},
            plan={"detection": "5 min", "decision": "10 min"},
        )
    )
    plans = recovery_plans(analyse(whole), "sites/a")
    (found,) = answers(whole, Proof(recovery_plans=plans))
    return found


def test_a_loss_that_lasts_longer_than_is_borne_does_not_hold_though_the_rto_is_kept() -> None:
    assert (rto_after_a_site("45 min").question, rto_after_a_site("45 min").holds) == ("RTO site", "yes")
    late = rto_after_a_site("40 min")
    assert (late.holds, late.subject) == ("no", "MTPD")
    assert (late.figure, late.target) == (45 * MINUTE, 40 * MINUTE)
    assert late.paths[-1] == ("services", "s", "objectives", "site", "mtpd")
