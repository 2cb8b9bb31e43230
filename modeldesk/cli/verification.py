"""What came of making an image again, as a command tells it."""

from collections.abc import Iterator

from modeldesk.cli.answer import Answer, Json, table
from modeldesk.cli.exit_codes import ExitCode
from modeldesk.cli.session import Session
from modeldesk.core.compare.config import setting_name
from modeldesk.core.compare.layers import PairState
from modeldesk.core.containers.secrets import without_secrets
from modeldesk.core.contents.entries import shown
from modeldesk.core.verify.model import Verdict, Verification
from modeldesk.core.verify.service import VerifyService
from modeldesk.core.verify.words import advice, cause_text, examples_text, verdict_text


def verifier(session: Session) -> VerifyService:
    """What builds and compares."""
    # With or without records, which that sees to.
    session.builds()
    return session.parts.verify_with(session.contents)


def exit_code(found: Verification) -> ExitCode:
    """DIFFERS where the image is another one."""
    return ExitCode.DIFFERS if found.verdict is Verdict.DIFFERENT else ExitCode.DONE


def verification_answer(found: Verification) -> Answer:
    """The whole of it."""
    return Answer(verification_json(found), tuple(verification_lines(found)), exit_code(found))


def verification_lines(found: Verification) -> Iterator[str]:
    """For a person: the verdict, what differs by layer, and what can be done."""
    yield verdict_text(found)
    rows = [
        (str(number), cause_text(cause, because), examples_text(because),
         without_secrets(layer.instruction))
        for number, layer in enumerate(found.layers, 1)
        for cause, because in layer.causes.items()
    ]  # fmt: skip
    if rows:
        yield ""
        yield from table(("LAYER", "WHY", "FILES", "INSTRUCTION"), rows, "r")
    if found.config:
        yield ""
        changed = [
            (f"{setting_name(one.setting)} {one.name}".strip(), one.left or "-", one.right or "-")
            for one in found.config
        ]
        yield from table(("SETTING", "FIRST", "SECOND"), changed)
    yield from advice(found)


def verification_json(found: Verification) -> Json:
    """For a program."""
    return {
        "verdict": found.verdict.value,
        "commit": found.commit,
        "first_image_id": found.first,
        "same_layers": found.same_layers,
        "layers": [
            {
                "instruction": without_secrets(layer.instruction),
                "same": layer.state is PairState.SHARED,
                "causes": [
                    {
                        "cause": cause.value,
                        "files": because.files,
                        "examples": [f"/{shown(path)}" for path in because.examples],
                    }
                    for cause, because in layer.causes.items()
                ],
            }
            for layer in found.layers
        ],
        "config": [
            {"setting": one.setting.value, "name": one.name, "left": one.left, "right": one.right}
            for one in found.config
        ],
    }
