"""kg in Jupyter: a graph that shows itself, and `%%sparql`.

    %load_ext kg.notebook
    store = kg.open("korea.kg")

    %sparql store meetings

    %%sparql store -o rows
    SELECT ?whom WHERE { wd:Q7747 kg:met/rdfs:label ?whom }

    kg.view(store)

`%%sparql STORE [-o NAME]` runs SPARQL, a named query or a query file on the open store of that variable; the rows come as a
pandas DataFrame, and under NAME as a variable too.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

import networkx as nx

from kg.errors import KgError
from kg.network import to_networkx
from kg.store import Store
from kg.views.html import to_html
from kg.views.svg import to_svg

if TYPE_CHECKING:
    from IPython.core.interactiveshell import InteractiveShell

_ARGUMENTS = re.compile(r"\s*(?P<store>\w+)(?:\s+-o\s+(?P<name>\w+))?(?:\s+(?P<query>\S.*))?\s*", re.DOTALL)
USAGE = "%%sparql STORE [-o NAME] with the query below, or %sparql STORE [-o NAME] QUERY"


@dataclass(frozen=True, eq=False)
class View:
    """A graph that a notebook shows as the interactive page, in a frame `height` pixels high that can reach nothing else.

    Where no page can be shown it is a picture, and in a terminal two numbers.
    """

    graph: "nx.MultiDiGraph[str]"
    title: str | None = None
    height: int = 600

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> dict[str, str]:
        return {"text/html": self._frame(), "image/svg+xml": to_svg(self.graph), "text/plain": str(self)}

    def _frame(self) -> str:
        """The page in a frame that may run its own scripts and open links, but has no origin."""
        page = escape(to_html(self.graph, title=self.title))
        sandbox = "allow-scripts allow-popups allow-popups-to-escape-sandbox"
        style = f"width: 100%; height: {self.height}px; border: 1px solid #ddd"
        return f'<iframe title="{escape(str(self))}" sandbox="{sandbox}" style="{style}" srcdoc="{page}"></iframe>'

    def __str__(self) -> str:
        joined = sum(degree > 0 for _, degree in self.graph.degree)
        return f"{joined} entities, {self.graph.number_of_edges()} edges"

    __repr__ = __str__


def view(graph: "nx.MultiDiGraph[str] | Store", *, title: str | None = None, height: int = 600) -> View:
    """The graph of a store, or one that `kg.to_networkx` has made, as an object that shows itself in a notebook."""
    return View(to_networkx(graph) if isinstance(graph, Store) else graph, title, height)


def load_ipython_extension(shell: "InteractiveShell") -> None:
    """Adds the magic: IPython calls this on `%load_ext kg.notebook`."""
    from IPython.core.error import UsageError

    def sparql(line: str, cell: str | None = None) -> Any:
        """%%sparql STORE [-o NAME]: the rows of a SPARQL query as a DataFrame."""
        try:
            return _run(shell.user_ns, line, cell)
        except KgError as error:
            raise UsageError(str(error)) from error

    shell.register_magic_function(sparql, "line_cell", "sparql")  # type: ignore[arg-type]  # a method, wrapped by traitlets


def _run(variables: dict[str, Any], line: str, cell: str | None) -> Any:
    """The rows of the query on the named store; also bound to the variable that `-o` names."""
    arguments = _ARGUMENTS.fullmatch(line)
    query = (cell or (arguments and arguments["query"]) or "").strip()
    if not arguments or not query:
        raise KgError(f"no store or no query is given: write {USAGE}")
    rows = _find_store(variables, arguments["store"]).query(query).to_dataframe()
    if arguments["name"]:
        variables[arguments["name"]] = rows
    return rows


def _find_store(variables: Mapping[str, Any], name: str) -> Store:
    store = variables.get(name)
    if not isinstance(store, Store):
        raise KgError(
            f"{name!r} is no open graph: write `{name} = kg.open('korea.kg')` first, or name another variable"
        )
    return store
