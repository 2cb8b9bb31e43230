"""How the layers of a reproducible recipe come out the same each time: all that is in them is
made ready in a stage before, gets a fixed time there, and is copied over from it. A COPY from the
folder, a WORKDIR or a RUN would leave the time of the build on the folders it writes into."""

from collections.abc import Iterator

LAYER_TIME = 315_532_800
"""1980-01-01, the first that a zip archive can tell. A commit's time would make every layer of
every commit another one, also that of weights nobody touched."""
LAYERS = "/layers"
"""Where the content of each layer lies ready, as it lies in the image."""
_DAYS = LAYER_TIME // 86_400


def copy(stage: str, layer: str | int) -> str:
    """The COPY that takes over one of the layers. Folders of the image that are in it get their
    time from it too."""
    return f"COPY --from={stage} {LAYERS}/{layer}/ /"


def touch_all(folder: str = LAYERS) -> str:
    """The command that gives everything in `folder` the time."""
    return f"find {folder} -exec touch -h -d @{LAYER_TIME} {{}} +"


def touch_folders() -> str:
    """The command that gives folders the time. Files come with it: touching them would copy
    gigabytes of weights."""
    return f"find {LAYERS} -type d -exec touch -d @{LAYER_TIME} {{}} +"


def mark_folders() -> str:
    """The command for a step of its own before `unmark_folders`: containerd's store forgets the
    new time of a folder that is otherwise as the step before left it."""
    return f"find {LAYERS} -type d -exec chmod +t {{}} +"


def unmark_folders() -> str:
    """The command that gives folders the rights they had. To be run with `touch_folders`."""
    return f"find {LAYERS} -type d -exec chmod -t {{}} +"


def without_bytecode() -> str:
    """The command that removes compiled modules, which tell the time of their source."""
    return f"find {LAYERS} -name __pycache__ -prune -exec rm -rf {{}} +"


def user_layer(name: str, make: str) -> Iterator[str]:
    """The commands that add a user by the command `make`, and put what that wrote into the layer
    ``user``. It writes down the day."""
    place = f"{LAYERS}/user"
    yield make
    yield f"sed -i 's/^\\({name}:[^:]*\\):[0-9]*/\\1:{_DAYS}/' /etc/shadow"
    yield f"mkdir -p {place}/etc {place}/home"
    yield f"cp -a /etc/passwd /etc/group /etc/shadow {place}/etc/"
    yield f"cp -a /home/{name} {place}/home/"
    yield touch_all(place)
