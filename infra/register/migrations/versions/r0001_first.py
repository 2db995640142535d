"""The register's first form."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects.postgresql import JSONB

revision = "r0001"
down_revision = None
branch_labels = None
depends_on = None

DOCUMENT = sa.JSON(none_as_null=True).with_variant(JSONB(none_as_null=True), "postgresql")
STATES = "'planned', 'ordered', 'delivered', 'installed', 'commissioned', 'retired'"
APPEND_ONLY = ("history", "events", "observations", "observed")


def upgrade() -> None:
    """Make all tables and the triggers that guard them."""
    _planned()
    _claims()
    _history()
    _observed()
    if op.get_bind().dialect.name == "postgresql":
        _guard_in_postgresql()
    else:
        _guard_in_sqlite()


def downgrade() -> None:
    """A register is never taken back."""
    raise NotImplementedError("a register is never taken back: restore a copy")


def _planned() -> None:
    op.create_table(
        "planned",
        sa.Column("urn", sa.Text, nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("life", sa.String(64), nullable=False),
        sa.Column("stack", sa.Text, nullable=False),
        sa.Column("collection", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("site", sa.Text, nullable=False),
        sa.Column("estate", sa.Text, nullable=False),
        sa.Column("properties", DOCUMENT, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("update_id", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("since", sa.String(40), nullable=False),
        sa.PrimaryKeyConstraint("urn", name=op.f("pk_planned")),
        sa.UniqueConstraint("token", name=op.f("uq_planned_token")),
        sa.CheckConstraint(f"state IN ({STATES})", name=op.f("ck_planned_state")),
    )
    op.create_index(op.f("ix_planned_collection_key"), "planned", ["collection", "key"])
    op.create_index(op.f("ix_planned_stack"), "planned", ["stack"])


def _claims() -> None:
    op.create_table(
        "claims",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("urn", sa.Text, nullable=False),
        sa.Column("kind", sa.String(16), nullable=False),
        sa.Column("thing", sa.Text, nullable=False),
        sa.Column("place", sa.Text, nullable=False),
        sa.Column("holder", sa.Text, nullable=False),
        sa.Column("yielded", sa.Boolean, nullable=False, server_default=sa.false()),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_claims")),
        sa.ForeignKeyConstraint(
            ["urn"], ["planned.urn"], name=op.f("fk_claims_urn"), onupdate="CASCADE", ondelete="CASCADE"
        ),
        sa.UniqueConstraint("urn", "kind", "thing", "place", name=op.f("uq_claims_urn_kind_thing_place")),
        sa.CheckConstraint("kind IN ('unit', 'stand', 'port', 'address')", name=op.f("ck_claims_kind")),
    )
    held = sa.text("yielded = 0") if op.get_bind().dialect.name == "sqlite" else sa.text("yielded IS false")
    op.create_index(
        "one_holder",
        "claims",
        ["kind", "thing", "place"],
        unique=True,
        sqlite_where=held,
        postgresql_where=held,
    )
    op.create_table(
        "loads",
        sa.Column("urn", sa.Text, nullable=False),
        sa.Column("limit_watts", sa.Float),
        sa.Column("watts", sa.Float, nullable=False),
        sa.PrimaryKeyConstraint("urn", name=op.f("pk_loads")),
        sa.ForeignKeyConstraint(
            ["urn"], ["planned.urn"], name=op.f("fk_loads_urn"), onupdate="CASCADE", ondelete="CASCADE"
        ),
        sa.CheckConstraint(
            "limit_watts IS NULL OR watts <= limit_watts", name=op.f("ck_loads_within_rating")
        ),
        sa.CheckConstraint("watts >= 0", name=op.f("ck_loads_not_negative")),
    )


def _history() -> None:
    op.create_table(
        "history",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("update_id", sa.Text, nullable=False),
        sa.Column("urn", sa.Text, nullable=False),
        sa.Column("token", sa.String(64), nullable=False),
        sa.Column("stack", sa.Text, nullable=False),
        sa.Column("collection", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("action", sa.String(16), nullable=False),
        sa.Column("before", DOCUMENT),
        sa.Column("after", DOCUMENT),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_history")),
    )
    op.create_index(op.f("ix_history_urn"), "history", ["urn"])
    op.create_table(
        "events",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("urn", sa.Text, nullable=False),
        sa.Column("life", sa.String(64), nullable=False),
        sa.Column("collection", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("state", sa.String(16), nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("evidence", sa.Text, nullable=False),
        sa.Column("on", sa.Date, nullable=False),
        sa.Column("recorded_at", sa.String(40), nullable=False),
        sa.Column("recorded_by", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_events")),
        sa.CheckConstraint("who <> '' AND evidence <> ''", name=op.f("ck_events_witnessed")),
    )
    op.create_index(op.f("ix_events_life_state"), "events", ["life", "state"])


def _observed() -> None:
    op.create_table(
        "observations",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("source", sa.Text, nullable=False),
        sa.Column("who", sa.Text, nullable=False),
        sa.Column("seen_on", sa.Date, nullable=False),
        sa.Column("imported_at", sa.String(40), nullable=False),
        sa.Column("covers", DOCUMENT, nullable=False),
        sa.Column("digest", sa.Text, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_observations")),
    )
    op.create_table(
        "observed",
        sa.Column("number", sa.Integer, nullable=False, autoincrement=True),
        sa.Column("observation", sa.Integer, nullable=False),
        sa.Column("collection", sa.Text, nullable=False),
        sa.Column("key", sa.Text, nullable=False),
        sa.Column("present", sa.Boolean, nullable=False),
        sa.Column("fields", DOCUMENT, nullable=False),
        sa.PrimaryKeyConstraint("number", name=op.f("pk_observed")),
        sa.ForeignKeyConstraint(
            ["observation"], ["observations.number"], name=op.f("fk_observed_observation")
        ),
        sa.UniqueConstraint(
            "observation", "collection", "key", name=op.f("uq_observed_observation_collection_key")
        ),
    )
    op.create_index(op.f("ix_observed_collection_key"), "observed", ["collection", "key"])


def _guard_in_sqlite() -> None:
    for table in APPEND_ONLY:
        for verb in ("UPDATE", "DELETE"):
            op.execute(
                f"CREATE TRIGGER {table}_refuses_{verb.lower()} BEFORE {verb} ON {table} "
                f"BEGIN SELECT RAISE(ABORT, '{table} is only ever added to'); END"
            )
    for verb in ("INSERT", "UPDATE"):
        op.execute(
            f"CREATE TRIGGER planned_{verb.lower()}_needs_witness BEFORE {verb} ON planned "
            "WHEN NEW.state IN ('installed', 'commissioned') AND NOT EXISTS ("
            "SELECT 1 FROM events WHERE events.life = NEW.life "
            "AND events.state = NEW.state) "
            "BEGIN SELECT RAISE(ABORT, 'installed and commissioned need a recorded event'); END"
        )
    # SQLite's own command line leaves foreign keys alone, so claims of an erased row are removed here too.
    op.execute(
        "CREATE TRIGGER planned_records_erasure AFTER DELETE ON planned BEGIN "
        "DELETE FROM claims WHERE urn = OLD.urn; DELETE FROM loads WHERE urn = OLD.urn; "
        "INSERT INTO history (at, who, update_id, urn, token, stack, collection, key, action, before, after) "
        "VALUES (strftime('%Y-%m-%dT%H:%M:%f000+00:00', 'now'), 'somebody, by the database itself', '', "
        "OLD.urn, OLD.token, OLD.stack, OLD.collection, OLD.key, 'erased', "
        "json_object('life', OLD.life, 'state', OLD.state, 'properties', json(OLD.properties)), NULL); END"
    )


def _guard_in_postgresql() -> None:
    op.execute(
        "CREATE FUNCTION only_ever_added_to() RETURNS trigger LANGUAGE plpgsql AS $$ "
        "BEGIN RAISE EXCEPTION '% is only ever added to', TG_TABLE_NAME; END $$"
    )
    for table in APPEND_ONLY:
        op.execute(
            f"CREATE TRIGGER {table}_is_kept BEFORE UPDATE OR DELETE OR TRUNCATE ON {table} "
            "FOR EACH STATEMENT EXECUTE FUNCTION only_ever_added_to()"
        )
    op.execute(
        "CREATE FUNCTION planned_needs_witness() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "IF NEW.state IN ('installed', 'commissioned') AND NOT EXISTS ("
        "SELECT 1 FROM events WHERE events.life = NEW.life "
        "AND events.state = NEW.state) THEN "
        "RAISE EXCEPTION 'installed and commissioned need a recorded event'; END IF; RETURN NEW; END $$"
    )
    op.execute(
        "CREATE TRIGGER planned_needs_witness BEFORE INSERT OR UPDATE ON planned "
        "FOR EACH ROW EXECUTE FUNCTION planned_needs_witness()"
    )
    op.execute(
        "CREATE FUNCTION planned_records_erasure() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
        "INSERT INTO history (at, who, update_id, urn, token, stack, collection, key, action, before, after) "
        "VALUES (to_char(clock_timestamp() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"+00:00\"'), "
        "'somebody, by the database itself', '', OLD.urn, OLD.token, OLD.stack, OLD.collection, OLD.key, "
        "'erased', jsonb_build_object('life', OLD.life, 'state', OLD.state, 'properties', OLD.properties), "
        "NULL); RETURN OLD; END $$"
    )
    op.execute(
        "CREATE TRIGGER planned_records_erasure AFTER DELETE ON planned "
        "FOR EACH ROW EXECUTE FUNCTION planned_records_erasure()"
    )
