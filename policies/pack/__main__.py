"""Thabat's rules as a Pulumi policy pack: `pulumi preview --policy-pack policies/pack`."""

from datetime import date

from pulumi_policy import PolicyPack

from policies.gate import gate

PolicyPack("thabat", gate(date.today()))
