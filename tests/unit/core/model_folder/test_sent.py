"""How much each part of a folder is of what is sent, and what had better stay behind."""

from collections.abc import Mapping
from pathlib import Path

import pytest

from modeldesk.core.build_context.folder_files import build_files
from modeldesk.core.build_context.ignore import IgnoreRules
from modeldesk.core.build_context.scan import scan
from modeldesk.core.jobs import CancelToken
from modeldesk.core.model_folder.model import FileEntry
from modeldesk.core.model_folder.sent import Sent, Share, Why, files_of, sent_of
from modeldesk.core.model_folder.sent_words import unwanted_text

MB = 1 << 20


def made(folder: Path, sizes: Mapping[str, int]) -> Path:
    """Files of these sizes, which take no room on the disk."""
    for name, size in sizes.items():
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            file.truncate(size)
    return folder


def sent(folder: Path, patterns: str = "", weights: tuple[str, ...] = ()) -> Sent:
    plan = scan(folder, IgnoreRules.parse(patterns), CancelToken())
    return sent_of(files_of(plan), weights)


def unwanted(found: Sent) -> dict[str, tuple[Why, str]]:
    return {one.rule: (one.why, one.path) for one in found.unwanted}


def test_shares_are_the_folders_at_the_top_the_largest_first(tmp_path: Path) -> None:
    sizes = {"serve.py": 30, "a.txt": 5, "model/a/w.bin": 400, "model/c.json": 1, "src/x.py": 7}
    found = sent(made(tmp_path, sizes))
    assert found.shares == (Share("model", 2, 401), Share("", 2, 35), Share("src", 1, 7))
    assert (found.files, found.size_bytes) == (5, 443)
    assert found.largest[:2] == (FileEntry("model/a/w.bin", 400), FileEntry("serve.py", 30))
    assert found.unwanted == ()


def test_what_the_builder_alone_gets_is_not_counted(tmp_path: Path) -> None:
    made(tmp_path, {"Dockerfile": 9, "a": 1})
    files = build_files(tmp_path, None, "Dockerfile\n.dockerignore\n")
    plan = scan(tmp_path, files.rules, CancelToken(), files.given, files.always)
    assert [entry.path for entry in files_of(plan)] == ["a"]


def test_secrets_come_first_whatever_their_size(tmp_path: Path) -> None:
    sizes = {
        "a/key.pem": 1, "b/other.pem": 2, ".env": 3, ".env.example": 4, ".aws/config": 5,
        "conf/service-account-7.json": 6, "big.bin": 11 * MB, "public.json": 1,
    }  # fmt: skip
    found = sent(made(tmp_path, sizes))
    assert unwanted(found) == {
        "**/service[-_]account*.json": (Why.SECRET, "conf/service-account-7.json"),
        "**/.aws": (Why.SECRET, ".aws"),
        "**/*.pem": (Why.SECRET, "a/key.pem"),
        "**/.env*": (Why.SECRET, ".env"),
        "big.bin": (Why.LARGE, "big.bin"),
    }
    assert list(unwanted(found))[-1] == "big.bin"
    (pem,) = [one for one in found.unwanted if one.rule == "**/*.pem"]
    assert (pem.files, pem.size_bytes) == (2, 3)
    assert unwanted_text(pem).endswith("1 more file like it.")


def test_history_and_environments_whatever_they_are_called(tmp_path: Path) -> None:
    sizes = {
        ".git/objects/aa": 1, "lib/.git/HEAD": 1, "env3/pyvenv.cfg": 1, "env3/lib/torch.bin": 9,
        "tools/conda/conda-meta/history": 1, "web/node_modules/x/a.js": 1, "src/environment.py": 1,
    }  # fmt: skip
    assert unwanted(sent(made(tmp_path, sizes))) == {
        "**/.git": (Why.REPOSITORY, ".git"),
        "env3": (Why.ENVIRONMENT, "env3"),
        "tools/conda": (Why.ENVIRONMENT, "tools/conda"),
        "web/node_modules": (Why.ENVIRONMENT, "web/node_modules"),
    }


def test_data_sets_by_size_and_place(tmp_path: Path) -> None:
    sizes = {
        "data/raw/a.csv": 6 * MB, "data/b.parquet": 6 * MB, "labels.csv": 1 * MB,
        "train.csv": 12 * MB, "src/vocabulary.gz": 1 * MB, "x/[odd]/rows.jsonl": 30 * MB,
        "photos/a.jpg": MB,
    }  # fmt: skip
    assert unwanted(sent(made(tmp_path, sizes))) == {
        "data": (Why.DATA, "data"),
        "train.csv": (Why.DATA, "train.csv"),
        "x/\\[odd\\]": (Why.DATA, "x/[odd]"),
    }


def test_many_small_files_of_any_kind(tmp_path: Path) -> None:
    sizes = {f"samples/{number}.xyz": 9 * MB for number in range(110)}
    assert unwanted(sent(made(tmp_path, sizes))) == {"samples": (Why.DATA, "samples")}


def test_weights_are_wanted(tmp_path: Path) -> None:
    weights = {"model/w.bin": 50 * MB, "saved/variables/v.data": 50 * MB, "arrays.npz": 50 * MB}
    found = sent(made(tmp_path, weights), weights=("model/w.bin", "saved", "arrays.npz"))
    assert found.unwanted == ()


def test_checkpoints_beside_the_model_but_not_the_model_itself(tmp_path: Path) -> None:
    sizes = {
        "out/checkpoint-500/model.bin": 20 * MB, "out/checkpoint-500/optimizer.pt": 40 * MB,
        "optimizer.pt": 40 * MB,
    }  # fmt: skip
    inside = "out/checkpoint-500/model.bin"
    alone = sent(made(tmp_path, sizes), weights=(inside,))
    assert unwanted(alone) == {"**/optimizer.pt": (Why.CHECKPOINTS, "optimizer.pt")}
    made(tmp_path, {"model.bin": 20 * MB})
    beside = sent(tmp_path, weights=(inside, "model.bin"))
    assert unwanted(beside)["out/checkpoint-500"] == (Why.CHECKPOINTS, "out/checkpoint-500")


@pytest.mark.parametrize("kind", list(Why))
def test_each_rule_keeps_it_out_and_nothing_is_left_to_say(tmp_path: Path, kind: Why) -> None:
    sizes = {
        Why.SECRET: {"a/id_rsa": 1, ".ssh/config": 1, "b/credentials.json": 2},
        Why.REPOSITORY: {"x/.git/HEAD": 1, ".svn/entries": 1},
        Why.ENVIRONMENT: {"my env/pyvenv.cfg": 1, "my env/bin/python": 1},
        Why.DATA: {"!data #1*/rows.csv": 20 * MB, "#set/train.arrow": 20 * MB},
        Why.CHECKPOINTS: {"checkpoints/7.ckpt": 20 * MB},
        Why.LARGE: {"\\odd [name] ?.bin": 20 * MB, "line\nbreak ": 20 * MB},
    }[kind]
    made(tmp_path, {**sizes, "serve.py": 1})
    found = sent(tmp_path)
    assert {one.why for one in found.unwanted} == {kind}
    assert all(unwanted_text(one) for one in found.unwanted)
    rules = "\n".join(one.rule for one in found.unwanted)
    assert sent(tmp_path, rules) == Sent(1, 1, (Share("", 1, 1),), (FileEntry("serve.py", 1),), ())
