"""kg: a knowledge graph of who did what to whom, when, where and who says so, from the news.

Names are loaded when they are first used, so that reading a graph never loads the language model.
"""

from importlib import import_module
from typing import Any

__version__ = "0.1.0"

_HOMES = {
    "Document": "model",
    "Entity": "model",
    "Evidence": "model",
    "KgError": "errors",
    "Mention": "model",
    "Quantity": "model",
    "Statement": "model",
    "Store": "store",
    "Time": "model",
    "build": "builder",
    "extract": "statements",
    "open": "store",
    "read": "sources",
    "to_networkx": "network",
    "view": "notebook",
    "write_html": "views.html",
}
"""The public names, each with the module that it lives in."""
_OTHER_NAMES = {"open": "open_store"}

__all__ = sorted(_HOMES)


def __getattr__(name: str) -> Any:
    if name not in _HOMES:
        raise AttributeError(f"module 'kg' has no attribute {name!r}")
    value = getattr(import_module(f"kg.{_HOMES[name]}"), _OTHER_NAMES.get(name, name))
    globals()[name] = value
    return value


def __dir__() -> list[str]:
    return [*__all__, "__version__"]
