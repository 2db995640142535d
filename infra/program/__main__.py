"""The Pulumi program of every stack: what one site, or the nation, is to hold."""

from infra.stacks.program import main

main()
