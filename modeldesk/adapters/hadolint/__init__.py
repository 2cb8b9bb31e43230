"""hadolint, where the machine has it: a Dockerfile goes in, findings come out."""

from modeldesk.adapters.hadolint.program import Hadolint

__all__ = ["Hadolint"]
