"""Files that are read as a whole."""

from pathlib import Path

from modeldesk.core.errors import InvalidInput
from modeldesk.core.words import tr


def read_whole(path: Path, longest: int) -> bytes:
    """The file's bytes; one more than `longest` where it has more. Raises `InvalidInput`."""
    try:
        with path.open("rb") as file:
            return file.read(longest + 1)
    except OSError as error:
        raise InvalidInput(
            tr("The file {path} can’t be read.", path=path), tr("Name another."), str(error)
        ) from error
