"""What every OSCAL document holds: properties, links, parties, its head and its back matter."""

from typing import Literal

from pydantic import BaseModel, ConfigDict


def kebab(name: str) -> str:
    """A field's name as OSCAL writes it.

    >>> kebab("last_modified"), kebab("class_")
    ('last-modified', 'class')
    """
    return name.strip("_").replace("_", "-")


class OscalModel(BaseModel):
    """A frozen object of OSCAL; absent fields are None, since OSCAL has no empty lists."""

    model_config = ConfigDict(
        frozen=True,
        extra="forbid",
        alias_generator=kebab,
        populate_by_name=True,
        use_attribute_docstrings=True,
    )


class Property(OscalModel):
    """A named value; without `ns` the name is OSCAL's own."""

    name: str
    ns: str | None = None
    value: str
    group: str | None = None
    """Properties of one group belong together."""


class Link(OscalModel):
    """A place elsewhere."""

    href: str
    rel: str | None = None
    text: str | None = None


class Role(OscalModel):
    """What a party may do."""

    id: str
    title: str


class Party(OscalModel):
    """A body or a person."""

    uuid: str
    type: Literal["organization", "person"]
    name: str


class ResponsibleParty(OscalModel):
    """Who has a role."""

    role_id: str
    party_uuids: tuple[str, ...]


class Metadata(OscalModel):
    """The head of a document."""

    title: str
    last_modified: str
    version: str
    oscal_version: Literal["1.2.1"] = "1.2.1"
    props: tuple[Property, ...] | None = None
    roles: tuple[Role, ...] | None = None
    parties: tuple[Party, ...] | None = None
    responsible_parties: tuple[ResponsibleParty, ...] | None = None
    remarks: str | None = None


class RelatedFile(OscalModel):
    """A file that a resource stands for."""

    href: str
    media_type: str | None = None


class Resource(OscalModel):
    """Something that the document refers to."""

    uuid: str
    title: str
    description: str
    props: tuple[Property, ...] | None = None
    rlinks: tuple[RelatedFile, ...] | None = None


class BackMatter(OscalModel):
    """All that the document refers to."""

    resources: tuple[Resource, ...]
