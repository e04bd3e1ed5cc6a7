"""Schema version 3: where each version of the register came from (a file, a screen, another system).

Up. What version 2 stored has no source: it is "", which is shown as not known.

Down. The sources go. Rows that say who took a school out (an empty document that never held) stay: version 2
never reads them, because they hold for no moment.
"""

from __future__ import annotations

from alembic import op
from sqlalchemy import Column, String, column, func, select, table

from inventory.log import get_logger

log = get_logger("collector.store.migrations")  # Alembic loads this file under a name of its own

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

register = table("register", column("source"))


def upgrade() -> None:
    with op.batch_alter_table("register") as change:
        change.add_column(Column("source", String(256)))
    op.execute(register.update().values(source=""))
    with op.batch_alter_table("register") as change:
        change.alter_column("source", existing_type=String(256), nullable=False)


def downgrade() -> None:
    query = select(func.count()).select_from(register).where(register.c.source != "")
    lost = op.get_bind().execute(query).scalar_one()
    log.warning("schema version 2 cannot hold: sources of %d versions of the register", lost)
    with op.batch_alter_table("register") as change:
        change.drop_column("source")
