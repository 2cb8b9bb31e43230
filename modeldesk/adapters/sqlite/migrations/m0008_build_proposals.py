"""Builds keep how their Dockerfile was proposed and what was sent beside the folder, so that they
can be repeated and made again. NULL is what an earlier program did not keep."""

STATEMENTS = ("ALTER TABLE build ADD COLUMN proposal_packed BLOB",)
