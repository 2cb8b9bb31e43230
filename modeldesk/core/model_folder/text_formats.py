"""Formats of weights that are text, or have their version in one: what they say of themselves."""

import re
from pathlib import Path

from modeldesk.core.model_folder.model import WeightFile
from modeldesk.core.model_folder.walk import opened

_TAIL = 300
_XGBOOST = re.compile(rb'"version"\s*:\s*\[\s*(\d{1,4})\s*,\s*(\d{1,4})\s*,\s*(\d{1,4})\s*\]')
_XGBOOST_BINARY = re.compile(rb"version\[#L\0{7}\x03i(.)i(.)i(.)", re.DOTALL)
"""Three numbers of a byte each."""
_LIGHTGBM = re.compile(rb"^version=(v\d{1,6})\s*$", re.MULTILINE)
_PMML = re.compile(rb"<PMML\b[^>]{0,1000}?\bversion\s*=\s*[\"']([\d.]{1,10})[\"']")
_NET = re.compile(
    rb"\A(?:\xef\xbb\xbf)?\s*(?:<\?xml[^>]{0,200}\?>\s*)?<net\b(?P<attributes>[^>]{0,1000})"
)
_NET_VERSION = re.compile(rb"\bversion\s*=\s*\"(\d{1,4})\"")


def text_evidence(folder: Path, weight: WeightFile, start: bytes) -> str:
    """What a file of XGBoost, LightGBM or PMML says of its version; empty for others."""
    match weight.format:
        case "LightGBM":
            found = _LIGHTGBM.search(start)
            return f"tree, version={found[1].decode()}" if found else "tree, version="
        case "PMML":
            found = _PMML.search(start)
            return f"<PMML version={found[1].decode()}>" if found else "<PMML>"
        case "XGBoost":
            found = _XGBOOST.search(start) or _XGBOOST.search(_end(folder, weight))
            version = b".".join(found.groups()).decode() if found else ""
            if weight.path.suffix == ".ubj" and (
                binary := _XGBOOST_BINARY.search(_end(folder, weight))
            ):
                version = ".".join(str(number[0]) for number in binary.groups())
            return f"learner, version {version}" if version else ""
    return ""


def openvino_version(start: bytes) -> str | None:
    """The version of OpenVINO's network, maybe empty; None for any other XML."""
    match = _NET.match(start)
    if match is None:
        return None
    version = _NET_VERSION.search(match["attributes"])
    return version[1].decode() if version else ""


def _end(folder: Path, weight: WeightFile) -> bytes:
    try:
        with opened(folder, weight.path) as file:
            file.seek(-min(_TAIL, weight.size_bytes), 2)
            return file.read(_TAIL)
    except OSError:
        return b""
