"""Stacks: what one holds, and running them all in their order through the Pulumi engine."""

import os

# gRPC would warn at every start of a child; it reads this when it is first imported. No child of ours uses
# gRPC between fork and exec, which is all that its support is for.
os.environ.setdefault("GRPC_ENABLE_FORK_SUPPORT", "false")
