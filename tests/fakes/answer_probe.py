"""Servers that answer because a test says so."""


class FakeAnswerProbe:
    """Implements `AnswerProbe`: only the ports in `answering`, by address, answer. `asked` keeps
    every question."""

    def __init__(self, *answering: tuple[str, int]) -> None:
        self.answering = set(answering)
        self.asked: list[tuple[str, int]] = []

    def answers(self, address: str, port: int) -> bool:
        self.asked.append((address, port))
        return (address, port) in self.answering
