"""SPARQL 1.1 Protocol and the read part of the Graph Store Protocol: HTTP requests → jobs, answers → HTTP responses."""

import asyncio
import hmac
from collections.abc import Awaitable
from hashlib import sha256
from typing import Any, TypeVar
from urllib.parse import parse_qsl, quote, urlencode

import pyoxigraph
from pyoxigraph import BlankNode, NamedNode, Triple
from starlette.datastructures import ImmutableMultiDict, QueryParams
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.types import Receive, Scope, Send

from kg.ontology import NAMESPACES
from kg.server.negotiation import IRIS, PAGE, SOLUTIONS, TRIPLES, choose, content_type
from kg.server.pool import Answer, Pool
from kg.server.settings import Settings
from kg.server.worker import RDF, Job, Refused

FORM, QUERY, UPDATE = "application/x-www-form-urlencoded", "application/sparql-query", "application/sparql-update"
OFFERED = {
    kind: [types[0] for types in forms.values()] for kind, forms in (("solutions", SOLUTIONS), ("triples", TRIPLES))
}
_SD = "http://www.w3.org/ns/sparql-service-description#"
_TYPE = NamedNode("http://www.w3.org/1999/02/22-rdf-syntax-ns#type")
_VARY = "Accept, Accept-Encoding"
_HEADER_SAFE = "<>, %:/?#[]@!$&'()*+;="
_NOT_ONE = "the request has {count} parameters named {name}: give one"
T = TypeVar("T")


def pool_of(request: Request) -> Pool:
    """The workers of the application."""
    pool: Pool = request.app.state.pool
    return pool


def settings_of(request: Request) -> Settings:
    """The settings of the application."""
    settings: Settings = request.app.state.settings
    return settings


# --- SPARQL ---


async def sparql(request: Request) -> Response:
    """The endpoint: a query by GET or POST, an update by POST, or else the description of the service."""
    parameters = request.query_params
    if request.method == "POST":
        return await _post(request, parameters)
    if "update" in parameters:
        raise Refused(405, "an update must be sent by POST")
    if "query" not in parameters:
        return await _describe(request)
    if _wants_page(request):
        return RedirectResponse(
            f"{request.scope.get('root_path', '')}/query?{urlencode(parameters.multi_items())}", 303
        )
    return await _answer_query(request, _only(parameters, "query"), parameters)


async def _post(request: Request, parameters: QueryParams) -> Response:
    type_, _, options = request.headers.get("content-type", "").lower().partition(";")
    type_, charset = type_.strip(), options.partition("charset=")[2].strip(' ";') or "utf-8"
    if type_ not in (FORM, QUERY, UPDATE):
        raise Refused(415, f"the body is {type_ or 'of no type'}: send {FORM}, {QUERY} or {UPDATE}")
    if charset not in ("utf-8", "utf8", "us-ascii"):
        raise Refused(415, f"the body is in {charset}: send UTF-8")
    body = await _read_text(request)
    if type_ == QUERY:
        return await _answer_query(request, body, parameters)
    if type_ == UPDATE:
        return await _answer_update(request, body, parameters)
    form = ImmutableMultiDict(parameters.multi_items() + parse_qsl(body, keep_blank_values=True, max_num_fields=10_000))
    if ("query" in form) == ("update" in form):
        raise Refused(400, "the form must have one parameter named query, or one named update")
    if "query" in form:
        return await _answer_query(request, _only(form, "query"), form)
    return await _answer_update(request, _only(form, "update"), form)


async def _read_text(request: Request) -> str:
    """The body as text; Refused where it is too long or not UTF-8."""
    most, body = settings_of(request).max_request, bytearray()
    async for chunk in request.stream():
        body += chunk
        if len(body) > most:
            raise Refused(413, f"the request is longer than {most} bytes: ask for less at once")
    try:
        return body.decode()
    except UnicodeDecodeError as error:
        raise Refused(400, f"the body is not UTF-8 ({error.reason} at byte {error.start}): send UTF-8") from error


def _only(parameters: Any, name: str) -> str:
    values: list[str] = parameters.getlist(name)
    if len(values) != 1:
        raise Refused(400, _NOT_ONE.format(count=len(values), name=name))
    return values[0]


def formats(accept: str | None, wanted: str | None) -> dict[str, str | None]:
    """The form of rows and that of triples that a client gets: what it names by `format`, or else what it accepts."""
    if wanted is None:
        return {"solutions": choose(accept, SOLUTIONS), "triples": choose(accept, TRIPLES)}
    if wanted not in SOLUTIONS | TRIPLES:
        raise Refused(400, f"no format is named {wanted}: say {', '.join(SOLUTIONS | TRIPLES)}")
    return {
        "solutions": wanted if wanted in SOLUTIONS else None,
        "triples": wanted if wanted in TRIPLES else None,
    }


def query_job(request: Request, text: str, default: list[str] | None = None, named: list[str] | None = None) -> Job:
    """A job that asks the whole store, or these graphs, for rows in JSON and triples in Turtle."""
    return {
        "do": "query",
        "text": text,
        "default": default or [],
        "named": named or [],
        "base": str(request.url.replace(query="", fragment="")),
        "prefixes": NAMESPACES,
        "formats": {"solutions": "json", "triples": "turtle"},
        "offered": OFFERED,
        "max_rows": settings_of(request).max_rows,
        "gzip": False,
    }


async def _answer_query(request: Request, text: str, parameters: Any) -> Response:
    graphs = [parameters.getlist(f"{kind}-graph-uri") for kind in ("default", "named")]
    wanted = formats(request.headers.get("accept"), parameters.get("format"))
    return await respond(request, query_job(request, text, *graphs) | {"formats": wanted})


async def respond(request: Request, job: Job) -> Response:
    """The answer to a job that reads, as a response; `304 Not Modified` where the client has it already."""
    pool = pool_of(request)
    job = job | {"gzip": choose(request.headers.get("accept-encoding", "identity"), {"gzip": ("gzip",)}) is not None}
    tag = _tag(job, await pool.state())
    if tag in (request.headers.get("if-none-match") or "").replace(" ", "").split(","):
        return Response(status_code=304, headers={"ETag": tag, "Vary": _VARY})
    answer = await until_gone(request, pool.read(job))
    headers = {"ETag": _tag(job, answer.about.get("state", "")), "Vary": _VARY, "Cache-Control": "no-cache"}
    return _to_response(pool, answer, headers)


class _Held(Response):
    """A response that counts as held until the client has taken it, or has gone away."""

    def __init__(self, pool: Pool, body: bytes, status: int, headers: dict[str, str]) -> None:
        super().__init__(body, status, headers)
        self._pool = pool
        pool.held += len(body)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            await super().__call__(scope, receive, send)
        finally:
            self._pool.held -= len(self.body)


def _tag(job: Job, state: str) -> str:
    """A weak validator: it changes when the store or the question changes."""
    return f'W/"{sha256(repr((sorted(job.items()), state)).encode()).hexdigest()[:24]}"'


def _to_response(pool: Pool, answer: Answer, headers: dict[str, str]) -> Response:
    if "reason" in answer.about:
        raise Refused(answer.status, answer.about["reason"])
    if answer.about.get("cut"):
        headers["Kg-Cut"] = f"the result is cut after {answer.about['rows']} rows: ask for less, or raise --max-rows"
    if "missing" in answer.about:
        graphs = ", ".join(f"<{graph}>" for graph in answer.about["missing"])
        headers["Kg-Note"] = (
            f"the store has no graph {quote(graphs, safe=_HEADER_SAFE)}, and nothing is fetched from elsewhere"
        )
    if "encoding" in answer.about:
        headers["Content-Encoding"] = answer.about["encoding"]
    return _Held(pool, answer.body, answer.status, headers | {"Content-Type": content_type(answer.about["format"])})


async def until_gone(request: Request, work: Awaitable[T]) -> T:
    """What the work gives, which is given up when the client goes away."""
    task, gone = asyncio.ensure_future(work), asyncio.ensure_future(_is_gone(request))
    try:
        await asyncio.wait({task, gone}, return_when=asyncio.FIRST_COMPLETED)
        if not task.done():
            raise Refused(499, "the client has gone away")
        return task.result()
    finally:
        for each in (task, gone):
            each.cancel()


async def _is_gone(request: Request) -> None:
    while (await request.receive())["type"] != "http.disconnect":
        pass


# --- updates ---


async def _answer_update(request: Request, text: str, parameters: Any) -> Response:
    _authorize(request)
    graphs = [parameters.getlist(f"using-{kind}graph-uri") for kind in ("", "named-")]
    job = query_job(request, text, *graphs) | {"do": "update"}
    answer = await until_gone(request, pool_of(request).write(job))
    if "reason" in answer.about:
        raise Refused(answer.status, answer.about["reason"])
    return Response(status_code=204)


def _authorize(request: Request) -> None:
    token = settings_of(request).token
    if not token:
        raise Refused(403, "this server is read-only: start `kg serve` with --token to allow updates")
    scheme, _, given = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() != "bearer" or not hmac.compare_digest(given.strip().encode(), token.encode()):
        raise Refused(401, "updates need the server's token: send the header Authorization: Bearer TOKEN")


# --- graphs ---


async def graph(request: Request) -> Response:
    """A graph: of `?graph=IRI`, of `?default`, or the one that the address names."""
    if request.method not in ("GET", "HEAD"):
        raise Refused(405, "graphs can only be read here: change them by `kg build`, or by SPARQL Update")
    parameters, path = request.query_params, request.path_params.get("name")
    if path is not None:
        graphs = [NAMESPACES["g"] + path, str(request.url.replace(query="", fragment=""))]
    elif "default" in parameters and "graph" not in parameters:
        graphs = [""]
    elif "graph" in parameters and "default" not in parameters:
        graphs = [_only(parameters, "graph")]
    else:
        raise Refused(400, "say which graph: ?graph=IRI, or ?default")
    return await respond(request, graph_job(request, graphs))


def graph_job(request: Request, graphs: list[str]) -> Job:
    """A job that reads the first of these graphs that is there."""
    wanted = formats(request.headers.get("accept"), request.query_params.get("format"))
    return query_job(request, "") | {"do": "graph", "graphs": graphs, "formats": wanted, "max_rows": 10**9}


# --- what the service is ---


def _wants_page(request: Request) -> bool:
    return (
        choose(request.headers.get("accept"), SOLUTIONS | TRIPLES | PAGE) == "html"
        and "format" not in request.query_params
    )


async def _describe(request: Request) -> Response:
    if _wants_page(request):
        return RedirectResponse(f"{request.scope.get('root_path', '')}/query", 303)
    form = formats(request.headers.get("accept"), request.query_params.get("format"))["triples"]
    if form is None:
        raise Refused(
            406, f"the description of this service comes as {', '.join(OFFERED['triples'])}: accept one of these"
        )
    endpoint = str(request.url.replace(query="", fragment=""))
    try:
        triples = _description(endpoint, bool(settings_of(request).token))
    except ValueError as error:
        raise Refused(400, f"the address {endpoint!r} is no IRI ({error}): send the header Host as it is") from error
    prefixes = {"sd": _SD, "rdf": NAMESPACES["rdf"]}
    body = pyoxigraph.serialize(triples, format=RDF[form], prefixes=prefixes)
    return Response(body, headers={"Content-Type": content_type(form), "Vary": "Accept"})


def _description(endpoint: str, writable: bool) -> list[Triple]:
    """What the service can do, in the vocabulary of SPARQL 1.1 Service Description."""
    service, dataset, default = NamedNode(endpoint), BlankNode("dataset"), BlankNode("default")
    languages = ["SPARQL10Query", "SPARQL11Query"] + ["SPARQL11Update"] * writable

    def sd(name: str) -> NamedNode:
        return NamedNode(_SD + name)

    return [
        Triple(service, _TYPE, sd("Service")),
        Triple(service, sd("endpoint"), service),
        Triple(service, sd("feature"), sd("UnionDefaultGraph")),
        *(Triple(service, sd("supportedLanguage"), sd(language)) for language in languages),
        *(Triple(service, sd("resultFormat"), NamedNode(IRIS[form])) for form in (SOLUTIONS | TRIPLES)),
        Triple(service, sd("defaultDataset"), dataset),
        Triple(dataset, _TYPE, sd("Dataset")),
        Triple(dataset, sd("defaultGraph"), default),
        Triple(default, _TYPE, sd("Graph")),
    ]
