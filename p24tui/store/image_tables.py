"""The table of files that have been taken out of cases, to the temporary storage (IM-1 to IM-3)."""

from sqlalchemy import Column, ForeignKey, Index, Table, Text

from p24tui.store.columns import Instant, metadata

exported_files = Table(
    "exported_files",
    metadata,
    Column("id", Text, primary_key=True),
    Column("case_id", ForeignKey("cases.id"), nullable=False, index=True),
    Column("attachment_id", ForeignKey("attachments.id"), nullable=False),
    Column("staff_id", ForeignKey("staff.id"), nullable=False, comment="who alone can read it there"),
    Column("place", Text, nullable=False, comment="the machine and the folder"),
    Column("file_name", Text, nullable=False),
    Column("title", Text, nullable=False, comment="what the case calls it"),
    Column("exported_at", Instant, nullable=False),
    Column("delete_at", Instant, nullable=False),
    Column("journalled_at", Instant),
    Column("shows", Text, nullable=False, comment="what the image shows, as VAS says it"),
    Column("deleted_at", Instant, comment="when it was known to be gone"),
    Index("ix_exported_files_place_deleted", "place", "deleted_at"),
    Index("ix_exported_files_staff_journalled", "staff_id", "journalled_at"),
)
