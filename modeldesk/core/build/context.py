"""What a build of a folder would send."""

from collections.abc import Iterator

from modeldesk.core.build.git_state import seen_with
from modeldesk.core.build.plan import BuildPlan
from modeldesk.core.build_context.folder_files import build_files
from modeldesk.core.build_context.ignore import DOCKERIGNORE, IgnoreRules
from modeldesk.core.build_context.scan import ContextPlan, Special
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.listing import Listing
from modeldesk.core.model_folder.model import FileEntry, ModelFolder
from modeldesk.core.model_folder.own_rules import entering
from modeldesk.core.model_folder.sent import Sent, files_of, sent_of
from modeldesk.core.recipes.dockerfile import Recipe
from modeldesk.core.text import printable
from modeldesk.core.versioning.git_facts import GitFacts
from modeldesk.core.words import tr

_NAMED_FILES = 10


def sent_by(folder: ModelFolder, recipe: Recipe | None) -> Sent:
    """What a build by `recipe`, or by the folder's own files for None, sends; as `folder` was
    when it was looked at."""
    files = [*folder.files, *folder.sent_too]
    if recipe is not None and recipe.dockerignore:
        files = entering(files, IgnoreRules.parse(recipe.dockerignore))
    return sent_of(files, _weights(folder))


def sent_by_context(folder: ModelFolder, context: ContextPlan) -> Sent:
    """What `context` sends of `folder`."""
    return sent_of(files_of(context), _weights(folder))


def sent_with(plan: BuildPlan, listing: Listing, dockerignore: str, token: CancelToken) -> Sent:
    """What the build of `plan` sends of `listing`, which is all that is in its folder, with
    another .dockerignore. Raises `FolderError` for one that can't be read, `Cancelled`."""
    texts = plan.texts_with(plan.recipe)
    files = _own_files(plan, listing)
    files += [FileEntry(path, len(text.encode())) for path, text in texts.items()]
    rules = IgnoreRules.parse(dockerignore)
    return sent_of(entering(token.over(files), rules), _weights(plan.folder))


def git_with(
    plan: BuildPlan, listing: Listing, dockerignore: str, token: CancelToken
) -> GitFacts | None:
    """What git says of the image that the build of `plan` makes of `listing` with another
    .dockerignore. Raises as `sent_with` does, and where the folder is another by now."""
    git = plan.git_of_folder
    if git is None or not git.changed:
        return plan.git
    dockerfile = plan.recipe.dockerfile if plan.recipe else None
    texts = plan.texts_with(plan.recipe)
    files = build_files(plan.folder.path, dockerfile, dockerignore, texts)
    sent = entering(token.over(_own_files(plan, listing)), files.rules)
    return seen_with(git, files, (one.path for one in sent))


def _own_files(plan: BuildPlan, listing: Listing) -> list[FileEntry]:
    """Without those that are given."""
    given = {DOCKERIGNORE, *plan.texts_with(plan.recipe)}
    return [one for one in listing.files if one.path not in given]


def skipped_text(context: ContextPlan) -> Iterator[str]:
    """A sentence for each file that can't be sent, up to a number."""
    for path, special in context.skipped[:_NAMED_FILES]:
        match special:
            case Special.SOCKET:
                yield tr("“{path}” is a socket and is not sent.", path=printable(path))
            case Special.PIPE:
                yield tr("“{path}” is a named pipe and is not sent.", path=printable(path))
            case Special.DEVICE:
                yield tr("“{path}” is a device and is not sent.", path=printable(path))
    more = len(context.skipped) - _NAMED_FILES
    if more > 0:
        yield tr("{count} more sockets, pipes and devices are not sent.", count=more)


def _weights(folder: ModelFolder) -> frozenset[str]:
    return frozenset(str(weight.path) for weight in folder.weights)
