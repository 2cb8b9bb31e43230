"""Texts a person sees, in the language they chose.

Every such text is written once, in English, as the literal first argument of `tr` or `trn`;
the gettext catalogue under ``resources/translations`` gives the other languages. Values are
put in after translation, so a catalogue may reorder them.
"""

import gettext
from pathlib import Path


class _Language:
    """The one language the process speaks."""

    catalogue: gettext.NullTranslations = gettext.NullTranslations()


def use_language(code: str, catalogues: Path) -> None:
    """Speak `code` (such as ``zh_CN``) from now on; English where no catalogue is found."""
    _Language.catalogue = gettext.translation(
        "modeldesk", catalogues, languages=[code], fallback=True
    )


def tr(template: str, /, **values: object) -> str:
    """The text of `template` in the language in use, with ``{name}`` replaced by `values`."""
    text = _Language.catalogue.gettext(template)
    return text.format(**values) if values else text


def trn(one: str, many: str, count: int, /, **values: object) -> str:
    """As `tr`, choosing the form for `count`, which the template may name as ``{count}``: with its
    thousands apart, as ``12,077``."""
    return _Language.catalogue.ngettext(one, many, count).format(count=f"{count:,}", **values)
