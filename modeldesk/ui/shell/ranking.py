"""Which entries of a list a few typed letters mean, best first."""

from collections.abc import Sequence

_EXACT, _START, _WORD_START, _INSIDE, _IN_DETAIL, _SCATTERED = 100, 80, 60, 40, 20, 5


def rank(query: str, titles: Sequence[str], details: Sequence[str], limit: int) -> list[int]:
    """Places in `titles` that match every word of `query`, best first, at most `limit`.

    Titles and details are given case-folded. A word matches at the start of the title, of a word
    in it, anywhere in it, in the detail, or with its letters scattered over the title, and counts
    less in that order; of equals the shorter title and then the earlier place comes first.
    Without a query everything is taken in its order.
    """
    words = query.casefold().split()
    if not words:
        return list(range(min(limit, len(titles))))
    found: list[tuple[int, int, int]] = []
    for place, title in enumerate(titles):
        total = 0
        for word in words:
            worth = _worth(word, title, details[place])
            if not worth:
                break
            total += worth
        else:
            found.append((-total, len(title), place))
    found.sort()
    return [place for _, _, place in found[:limit]]


def _worth(word: str, title: str, detail: str) -> int:
    at = title.find(word)
    if at == 0:
        return _EXACT if len(word) == len(title) else _START
    if at > 0:
        return _WORD_START if _starts_word(word, title, at) else _INSIDE
    if word in detail:
        return _IN_DETAIL
    return _SCATTERED if _scattered(word, title) else 0


def _starts_word(word: str, title: str, at: int) -> bool:
    while at > 0:
        if not title[at - 1].isalnum():
            return True
        at = title.find(word, at + 1)
    return False


def _scattered(word: str, title: str) -> bool:
    at = -1
    for letter in word:
        at = title.find(letter, at + 1)
        if at < 0:
            return False
    return True
