"""What was in the files of folders, for as many folders as were used last."""

from collections.abc import Collection, Mapping

from modeldesk.adapters.sqlite.connections import Database, Value
from modeldesk.adapters.sqlite.packing import plain
from modeldesk.core.build.model import FileDigest

KEPT_FOLDERS = 50


class SqliteDigestRecords:
    """Implements the `DigestRecords` port."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def digests(self, folder: str) -> Mapping[str, FileDigest]:
        """See `modeldesk.core.build.ports.DigestRecords`."""
        rows = self._database.read(
            "SELECT file_digest.path, stamp, digest FROM file_digest "
            "JOIN digest_folder ON digest_folder.id = folder WHERE digest_folder.path = ?",
            (plain(folder),),
        )
        return {str(path): FileDigest(str(stamp), _hex(digest)) for path, stamp, digest in rows}

    def keep_digests(
        self, folder: str, new: Mapping[str, FileDigest], gone: Collection[str]
    ) -> None:
        """See `modeldesk.core.build.ports.DigestRecords`."""
        with self._database.writing() as connection:
            ((used,),) = connection.execute("SELECT ifnull(max(used), 0) + 1 FROM digest_folder")
            ((number,),) = connection.execute(
                "INSERT INTO digest_folder (path, used) VALUES (?, ?) "
                "ON CONFLICT (path) DO UPDATE SET used = excluded.used RETURNING id",
                (plain(folder), used),
            ).fetchall()
            connection.executemany(
                "DELETE FROM file_digest WHERE folder = ? AND path = ?",
                [(number, path) for path in gone],
            )
            connection.executemany(
                "INSERT OR REPLACE INTO file_digest VALUES (?, ?, ?, ?)",
                [(number, path, one.stamp, bytes.fromhex(one.digest)) for path, one in new.items()],
            )
            connection.execute(
                "DELETE FROM digest_folder WHERE id NOT IN "
                "(SELECT id FROM digest_folder ORDER BY used DESC LIMIT ?)",
                (KEPT_FOLDERS,),
            )


def _hex(digest: Value) -> str:
    return digest.hex() if isinstance(digest, bytes) else ""
