"""Data loss: how old data may be that comes back, in calm and under every single failure."""

from resilience.data_loss.losses import data_losses
from resilience.data_loss.results import (
    CopyAge,
    CopyUnderFailure,
    DataLosses,
    DatasetLoss,
    FailureLoss,
    GroupLoss,
    ScenarioLoss,
    WriteDelay,
)

__all__ = [
    "CopyAge",
    "CopyUnderFailure",
    "DataLosses",
    "DatasetLoss",
    "FailureLoss",
    "GroupLoss",
    "ScenarioLoss",
    "WriteDelay",
    "data_losses",
]
