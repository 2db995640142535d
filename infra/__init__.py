"""Acts on the estate: the Pulumi program, components, targets, the provider, verification and drills."""

import os

# gRPC reads this when it is first imported. Its support of forks warns at every start of a child, and can
# end the child before it runs; no child of ours uses gRPC between fork and exec, which is all it is for.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
