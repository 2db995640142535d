"""The provider's own configuration: where the register is."""

from collections.abc import Mapping
from typing import Any, Final

from pulumi.runtime.proto import provider_pb2

from infra.provider.values import Secret, Unknown, from_struct
from infra.register.errors import Impossible
from specs.text import did_you_mean

REGISTER: Final = "register"
"""The one property: path or database URL of the register."""

_OF_THE_ENGINE: Final = ("version", "pluginDownloadURL", "pluginChecksums", "__internal")
"""Properties that the engine puts into every provider's configuration."""


def config_failures(config: Mapping[str, Any]) -> tuple[Impossible, ...]:
    """What stands against a configuration."""
    faults = [
        Impossible(name, "is no setting of this provider", did_you_mean(name, (REGISTER,)))
        for name in sorted(config)
        if name != REGISTER and name not in _OF_THE_ENGINE
    ]
    if not isinstance(_plain(config.get(REGISTER, "")), str | Unknown):
        faults.append(Impossible(REGISTER, "is no text", "give the path of a file, or a database URL"))
    return tuple(faults)


def configured_register(request: provider_pb2.ConfigureRequest) -> str | None:
    """Where the configuration says that the register is; None where it does not say."""
    config = from_struct(request.args) if request.HasField("args") else dict(request.variables)
    value = _plain(config.get(REGISTER))
    return value if isinstance(value, str) and value else None


def _plain(value: Any) -> Any:
    return value.reveal() if isinstance(value, Secret) else value
