"""The application: its addresses, what every answer carries, what it counts; and `serve`, which runs it until it is stopped."""

import contextlib
import logging
import os
import socket
import time
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import uvicorn
from prometheus_client import (
    CONTENT_TYPE_LATEST,
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    ProcessCollector,
    generate_latest,
)
from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from kg.errors import KgError
from kg.server import pages, protocol
from kg.server.negotiation import PAGE, choose
from kg.server.pool import Pool
from kg.server.settings import Settings
from kg.server.worker import Refused
from kg.store import open_store

log = logging.getLogger(__name__)

_SAFE = {"X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer"}
_EITHER = {"text": ("text/plain",), **PAGE}
_FOR_PROGRAMS = ("/sparql", "/sparql/", "/graphs", "/health", "/metrics")
_PATIENCE = 3
"""So many seconds may requests take to end when the server is stopped."""
_EXPOSED = ["ETag", "Kg-Cut", "Kg-Note", "Content-Length"]


class Metrics:
    """What `/metrics` tells: requests by route and status, how long they took, and how the workers do."""

    def __init__(self, pool: Pool) -> None:
        self.registry = CollectorRegistry()
        ProcessCollector(registry=self.registry)
        self.requests = Counter("kg_requests", "Requests", ["route", "status"], registry=self.registry)
        self.seconds = Histogram("kg_request_seconds", "Seconds until an answer", ["route"], registry=self.registry)
        self.ended = Counter("kg_workers_ended", "Workers ended, by reason", ["reason"], registry=self.registry)
        pool.on_end = lambda reason: self.ended.labels(reason).inc()
        for name, about, value in (
            ("kg_workers", "Workers that are ready or at work", lambda: len(pool.pids)),
            ("kg_workers_busy", "Workers at work", lambda: pool.busy),
            ("kg_queries_waiting", "Queries in line", lambda: pool.in_line),
            ("kg_answers_held_bytes", "Answers that clients have not taken yet", lambda: pool.held),
            ("kg_workers_resident_memory_bytes", "Memory of all workers", lambda: sum(map(_resident, pool.pids))),
        ):
            Gauge(name, about, registry=self.registry).set_function(value)


def _resident(pid: int) -> int:
    """The bytes of memory that a process holds; 0 where the system does not tell."""
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError, IndexError):
        return 0


class Observe:
    """ASGI middleware: counts each answer, and gives each the headers that make browsers careful."""

    def __init__(self, app: ASGIApp) -> None:
        self.app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Passes the request on."""
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        began, status = time.perf_counter(), 500

        async def send_on(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                known = {name.lower() for name, _ in message["headers"]}
                message["headers"] += [
                    (name.lower().encode(), value.encode())
                    for name, value in _SAFE.items()
                    if name.lower().encode() not in known
                ]
            await send(message)

        try:
            await self.app(scope, receive, send_on)
        finally:
            metrics: Metrics = scope["app"].state.metrics
            route = getattr(scope.get("route"), "path", "none")
            metrics.requests.labels(route, str(status)).inc()
            metrics.seconds.labels(route).observe(time.perf_counter() - began)


def make_app(settings: Settings, on_ready: Callable[[], None] = lambda: None) -> Starlette:
    """The application over a store; its workers run while its lifespan does."""

    @contextlib.asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        pool = Pool(
            settings.path,
            workers=settings.workers,
            waiting=settings.waiting,
            timeout=settings.timeout,
            megabytes=settings.memory,
        )
        app.state.metrics = Metrics(pool)
        async with pool:
            app.state.pool = pool
            on_ready()
            yield

    everything = ["GET", "POST", "PUT", "DELETE", "PATCH"]
    routes = [
        Route("/sparql", protocol.sparql, methods=["GET", "POST"]),
        Route("/sparql/", protocol.sparql, methods=["GET", "POST"]),
        Route("/graphs", protocol.graph, methods=everything),
        Route("/graphs/{name:path}", protocol.graph, methods=everything),
        Route("/", pages.home),
        Route("/search", pages.search),
        Route("/entity/{id:path}", pages.entity),
        Route("/query", pages.query),
        Route("/terms.json", pages.terms),
        Route("/palette.css", pages.colours),
        Mount("/static", StaticFiles(packages=[("kg.server", "static")])),
        Route("/health", health),
        Route("/metrics", metrics),
    ]
    middleware = [
        Middleware(Observe),
        Middleware(
            CORSMiddleware,
            allow_origins=settings.origins,
            allow_methods=["GET", "HEAD", "POST"],
            allow_headers=["*"],
            expose_headers=_EXPOSED,
            max_age=86_400,
        ),
        Middleware(GZipMiddleware, minimum_size=1000, compresslevel=5),
    ]
    handlers = {Refused: refused, HTTPException: not_served}
    app = Starlette(routes=routes, middleware=middleware, lifespan=lifespan, exception_handlers=handlers)
    app.state.settings, app.state.home = settings, None
    return app


async def health(request: Request) -> Response:
    """Whether a worker can read the store."""
    pool = protocol.pool_of(request)
    answer = await pool.read(protocol.query_job(request, "ASK {}"))
    if "reason" in answer.about:
        raise Refused(503, answer.about["reason"])
    return JSONResponse({"status": "ok", "workers": len(pool.pids), "busy": pool.busy, "waiting": pool.in_line})


async def metrics(request: Request) -> Response:
    """What the server has done so far, for Prometheus."""
    found: Metrics = request.app.state.metrics
    return Response(generate_latest(found.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})


async def refused(request: Request, error: Exception) -> Response:
    """The reason why there is no answer, as one sentence."""
    assert isinstance(error, Refused)
    headers = {"Vary": "Accept", "Cache-Control": "no-store"}
    if error.status == 503:
        headers["Retry-After"] = "5"
    if error.status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="kg"'
    if error.status == 405:
        headers["Allow"] = ", ".join(sorted(_allowed(request)))
    if request.url.path not in _FOR_PROGRAMS and choose(request.headers.get("accept"), _EITHER) == "html":
        response = pages.error_page(request, error.status, str(error))
        response.headers.update(headers)
        return response
    return PlainTextResponse(f"{error}\n", error.status, headers)


def _allowed(request: Request) -> set[str]:
    return {"GET", "HEAD", "OPTIONS"} | ({"POST"} if request.url.path.startswith("/sparql") else set())


async def not_served(request: Request, error: Exception) -> Response:
    """What there is instead of an address or a method that is not served."""
    assert isinstance(error, HTTPException)
    if error.status_code == 405:
        return await refused(request, Refused(405, f"{request.method} is not possible here"))
    if error.status_code == 404:
        return await refused(request, Refused(404, f"nothing is at {request.url.path}: start at /"))
    return await refused(request, Refused(error.status_code, error.detail))


def serve(
    settings: Settings,
    host: str = "127.0.0.1",
    port: int = 8000,
    on_ready: Callable[[str], None] = lambda address: None,
) -> None:
    """Serves the graph until it is interrupted; StoreError where it cannot be read, KgError where the address is taken.

    `on_ready` is called with the address once requests are taken.
    """
    open_store(settings.path, read_only=True).close()
    with _listen(host, port) as listener:
        name = f"[{host}]" if ":" in host else host
        app = make_app(settings, lambda: on_ready(f"http://{name}:{listener.getsockname()[1]}/"))
        config = uvicorn.Config(
            app, log_level="warning", access_log=False, server_header=False, timeout_graceful_shutdown=_PATIENCE
        )
        server = uvicorn.Server(config)
        with contextlib.suppress(KeyboardInterrupt):
            server.run(sockets=[listener])
    if not server.started:
        raise KgError(f"the server could not start over {settings.path}: see above why, and try fewer --workers")


def _listen(host: str, port: int) -> socket.socket:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0][0]
        return socket.create_server((host, port), family=family, backlog=1024)
    except (OSError, OverflowError) as error:
        reason = error.strerror if isinstance(error, OSError) and error.strerror else str(error)
        raise KgError(f"{host}:{port} cannot be used ({reason}): choose another with --port, or --host") from error
