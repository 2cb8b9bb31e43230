"""Keeps the translations in step with the source (needs Babel, which the development lock has).

``python packaging/translations.py`` reads every text from the source, brings the catalogues up to
date, compiles them, and lists what is still to be translated.
"""

import io
import sys
from datetime import UTC, datetime
from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po, write_po

ROOT = Path(__file__).resolve().parent.parent
CATALOGUES = ROOT / "resources" / "translations"
LANGUAGES = ("zh_CN",)
_KEYWORDS = {"tr": (1,), "trn": (1, 2)}
_SAME_DAY = datetime(2025, 1, 1, tzinfo=UTC)
"""Written into every catalogue, so that the same texts give the same bytes."""
_HEADER = "# ModelDesk in another language; packaging/translations.py adds the texts of the source."


def source_texts() -> Catalog:
    """Every text the program can show, with the files it stands in."""
    texts = Catalog(project="ModelDesk", fuzzy=False)
    found = extract_from_dir(
        ROOT / "modeldesk", method_map=[("**.py", "python")], keywords=_KEYWORDS
    )
    for file, _line, message, _comments, context in found:
        texts.add(message, locations=[(f"modeldesk/{file}", 0)], context=context)
    return texts


def po_file(language: str) -> Path:
    """The catalogue that people edit."""
    return CATALOGUES / language / "LC_MESSAGES" / "modeldesk.po"


def read_catalogue(language: str) -> Catalog:
    """The catalogue as it stands; an empty one for a new language."""
    path = po_file(language)
    if not path.exists():
        return Catalog(locale=language, project="ModelDesk", fuzzy=False)
    with path.open("rb") as file:
        return read_po(file, locale=language)


def written(catalogue: Catalog) -> bytes:
    """The catalogue as people edit it."""
    _fill_header(catalogue)
    out = io.BytesIO()
    write_po(out, catalogue, include_lineno=False, sort_output=True, width=100)
    return out.getvalue()


def compiled(catalogue: Catalog) -> bytes:
    """What the program loads."""
    _fill_header(catalogue)
    out = io.BytesIO()
    write_mo(out, catalogue)
    return out.getvalue()


def _fill_header(catalogue: Catalog) -> None:
    catalogue.header_comment = _HEADER
    catalogue.project, catalogue.version = "ModelDesk", ""
    catalogue.msgid_bugs_address = catalogue.last_translator = catalogue.language_team = ""
    catalogue.creation_date = catalogue.revision_date = _SAME_DAY
    catalogue.fuzzy = False


def untranslated(catalogue: Catalog) -> list[str]:
    """The English texts that have no translation."""
    missing = []
    for message in catalogue:
        given = message.string if isinstance(message.string, tuple | list) else [message.string]
        if message.id and (message.fuzzy or not all(given)):
            missing.append(message.id if isinstance(message.id, str) else message.id[0])
    return missing


def main() -> int:
    """Bring every catalogue up to date; 1 when something is untranslated."""
    texts = source_texts()
    missing = 0
    for language in LANGUAGES:
        catalogue = read_catalogue(language)
        catalogue.update(texts, no_fuzzy_matching=True)
        catalogue.obsolete.clear()
        path = po_file(language)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(written(catalogue))
        path.with_suffix(".mo").write_bytes(compiled(catalogue))
        left = untranslated(catalogue)
        missing += len(left)
        print(f"{language}: {len(catalogue)} texts, {len(left)} to translate")
        for text in left:
            print(f"  {text}")
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
