"""The register's tables, in types that SQLite and PostgreSQL share."""

from sqlalchemy import (
    JSON,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Float,
    ForeignKey,
    Index,
    Integer,
    MetaData,
    String,
    Table,
    Text,
    UniqueConstraint,
    false,
)
from sqlalchemy.dialects.postgresql import JSONB

from infra.register.rows import STATES

Document = JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "pk": "pk_%(table_name)s",
    }
)

planned = Table(
    "planned",
    metadata,
    Column("urn", Text, primary_key=True),
    Column("token", String(64), nullable=False),
    Column("life", String(64), nullable=False),
    Column("stack", Text, nullable=False),
    Column("collection", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("site", Text, nullable=False),
    Column("estate", Text, nullable=False),
    Column("properties", Document, nullable=False),
    Column("state", String(16), nullable=False),
    Column("update_id", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("since", String(40), nullable=False),
    UniqueConstraint("token"),
    CheckConstraint(f"state IN ({', '.join(repr(state) for state in STATES)})", name="state"),
    Index(None, "collection", "key"),
    Index(None, "stack"),
)
"""What is planned: one row a resource, retired ones included."""

claims = Table(
    "claims",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("urn", Text, ForeignKey("planned.urn", onupdate="CASCADE", ondelete="CASCADE"), nullable=False),
    Column("kind", String(16), nullable=False),
    Column("thing", Text, nullable=False),
    Column("place", Text, nullable=False),
    Column("holder", Text, nullable=False),
    Column("yielded", Boolean(create_constraint=False), nullable=False, server_default=false()),
    CheckConstraint("kind IN ('unit', 'stand', 'port', 'address')", name="kind"),
    UniqueConstraint("urn", "kind", "thing", "place"),
)
"""What rows in service take up. A claim that was yielded is listed still and held by another row."""

Index(
    "one_holder",
    claims.c.kind,
    claims.c.thing,
    claims.c.place,
    unique=True,
    sqlite_where=claims.c.yielded.is_(False),
    postgresql_where=claims.c.yielded.is_(False),
)

loads = Table(
    "loads",
    metadata,
    Column("urn", Text, ForeignKey("planned.urn", onupdate="CASCADE", ondelete="CASCADE"), primary_key=True),
    Column("limit_watts", Float),
    Column("watts", Float, nullable=False),
    CheckConstraint("limit_watts IS NULL OR watts <= limit_watts", name="within_rating"),
    CheckConstraint("watts >= 0", name="not_negative"),
)
"""What hangs on each feed, against its rating."""

history = Table(
    "history",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("at", String(40), nullable=False),
    Column("who", Text, nullable=False),
    Column("update_id", Text, nullable=False),
    Column("urn", Text, nullable=False, index=True),
    Column("token", String(64), nullable=False),
    Column("stack", Text, nullable=False),
    Column("collection", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("action", String(16), nullable=False),
    Column("before", Document),
    Column("after", Document),
)
"""Every change. The database refuses to alter or remove an entry."""

events = Table(
    "events",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("urn", Text, nullable=False),
    Column("life", String(64), nullable=False),
    Column("collection", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("state", String(16), nullable=False),
    Column("who", Text, nullable=False),
    Column("evidence", Text, nullable=False),
    Column("on", Date, nullable=False),
    Column("recorded_at", String(40), nullable=False),
    Column("recorded_by", Text, nullable=False),
    CheckConstraint("who <> '' AND evidence <> ''", name="witnessed"),
    Index(None, "life", "state"),
)
"""Steps of lives, with who saw them and on what evidence. Never altered nor removed."""

observations = Table(
    "observations",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("source", Text, nullable=False),
    Column("who", Text, nullable=False),
    Column("seen_on", Date, nullable=False),
    Column("imported_at", String(40), nullable=False),
    Column("covers", Document, nullable=False),
    Column("digest", Text, nullable=False),
)
"""Dated looks at the estate, one row a look."""

observed = Table(
    "observed",
    metadata,
    Column("number", Integer, primary_key=True, autoincrement=True),
    Column("observation", Integer, ForeignKey("observations.number"), nullable=False),
    Column("collection", Text, nullable=False),
    Column("key", Text, nullable=False),
    Column("present", Boolean(create_constraint=False), nullable=False),
    Column("fields", Document, nullable=False),
    UniqueConstraint("observation", "collection", "key"),
    Index(None, "collection", "key"),
)
"""What was seen in a look, apart from what is planned. Never altered nor removed."""
