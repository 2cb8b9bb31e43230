"""What had better not be sent with a folder, in sentences."""

from modeldesk.core.model_folder.sent import Unwanted, Why
from modeldesk.core.text import printable
from modeldesk.core.words import tr, trn


def unwanted_text(unwanted: Unwanted) -> str:
    """What it is, and why it had better stay behind."""
    path = printable(unwanted.path)
    match unwanted.why:
        case Why.SECRET:
            text = tr("{path} looks like a secret. Give it to the container when it runs.",
                      path=path)  # fmt: skip
        case Why.REPOSITORY:
            text = tr("{path} holds the history of the code, which an image has no use for.",
                      path=path)  # fmt: skip
        case Why.ENVIRONMENT:
            text = tr("{path} holds packages for this machine; the image installs its own.",
                      path=path)  # fmt: skip
        case Why.DATA:
            text = tr("{path} looks like a data set.", path=path)
        case Why.CHECKPOINTS:
            text = tr("{path} is what a training leaves behind.", path=path)
        case Why.LARGE:
            text = tr("{path} is large and no weights.", path=path)
    more = unwanted.files - 1
    if unwanted.why is Why.SECRET and more > 0:
        text += " " + trn("{count} more file like it.", "{count} more files like it.", more)
    return text
