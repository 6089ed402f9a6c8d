"""The page in Firefox, opened from disk, driven by WebDriver BiDi, which Firefox speaks itself."""

import json
import shutil
import subprocess
from base64 import b64decode
from collections.abc import Iterator
from typing import Any

import pytest

from kg.views.html import write_html
from tests.browser.graphs import KIM, PUTIN, news
from tests.browser.test_interactions import SCREENSHOTS

BROWSERS = ("firefox-esr", "firefox")
OFFLINE = """
user_pref("network.proxy.type", 1);
user_pref("network.proxy.socks", "127.0.0.1");
user_pref("network.proxy.socks_port", 9);
"""
WATCHED = ["log.entryAdded", "network.beforeRequestSent", "browsingContext.userPromptOpened"]


class Session:
    """A tab of Firefox: commands go out, and the events that come meanwhile are kept."""

    def __init__(self, socket: Any) -> None:
        self.socket = socket
        self.events: list[dict[str, Any]] = []
        self.sent = 0
        self.ask("session.new", capabilities={})
        self.ask("session.subscribe", events=WATCHED)
        self.tab = self.ask("browsingContext.create", type="tab")["context"]
        self.ask("browsingContext.setViewport", context=self.tab, viewport={"width": 1280, "height": 800})

    def ask(self, method: str, **parameters: Any) -> dict[str, Any]:
        """What Firefox answers."""
        self.sent += 1
        self.socket.send(json.dumps({"id": self.sent, "method": method, "params": parameters}))
        while (answer := json.loads(self.socket.recv(timeout=120))).get("id") != self.sent:
            self.events.append(answer)
        assert answer["type"] == "success", answer
        result: dict[str, Any] = answer["result"]
        return result

    def run(self, script: str) -> Any:
        """The value of a script, as JSON can hold it."""
        expression = f"Promise.resolve({script}).then((value) => JSON.stringify(value ?? null))"
        answer = self.ask("script.evaluate", expression=expression, target={"context": self.tab}, awaitPromise=True)
        assert answer["type"] == "success", answer
        return json.loads(answer["result"]["value"])

    def click(self, x: float, y: float) -> None:
        """A click of the mouse at a point of the page."""
        steps = [
            {"type": "pointerMove", "x": round(x), "y": round(y)},
            *({"type": f"pointer{way}", "button": 0} for way in ("Down", "Up")),
        ]
        pointer = {"type": "pointer", "id": "mouse", "actions": steps}
        self.ask("input.performActions", context=self.tab, actions=[pointer])


@pytest.fixture(scope="module")
def firefox(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Session]:
    """A running headless Firefox without a network; tests that want it are skipped where there is none."""
    client = pytest.importorskip("websockets.sync.client", reason="needs websockets: pip install websockets")
    executable = next(filter(None, map(shutil.which, BROWSERS)), None)
    if not executable:
        pytest.skip("needs Firefox (apt install firefox-esr)")
    profile = tmp_path_factory.mktemp("firefox")
    (profile / "user.js").write_text(OFFLINE, encoding="utf-8")
    command = [executable, "--headless", "--no-remote", "--profile", str(profile), "--remote-debugging-port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) as process:
        try:
            assert process.stdout
            ready = next(line for line in process.stdout if "WebDriver BiDi listening on" in line)
            with client.connect(f"{ready.split()[-1]}/session", max_size=None, proxy=None) as socket:
                yield Session(socket)
        finally:
            process.terminate()


@pytest.fixture(scope="module")
def page(firefox: Session, tmp_path_factory: pytest.TempPathFactory) -> Session:
    """The page of the small graph, opened from disk."""
    path = write_html(news(), tmp_path_factory.mktemp("page") / "graph.html")
    firefox.ask("browsingContext.navigate", context=firefox.tab, url=path.as_uri(), wait="complete")
    assert firefox.run("document.body.dataset.ready") == "true"
    return firefox


def test_firefox_draws_the_graph(page: Session) -> None:
    colours = """(() => {
        const canvas = document.querySelector("#canvas canvas"), { width, height } = canvas;
        return new Set(new Uint32Array(canvas.getContext("2d").getImageData(0, 0, width, height).data.buffer)).size;
    })()"""
    SCREENSHOTS.mkdir(exist_ok=True)
    picture = page.ask("browsingContext.captureScreenshot", context=page.tab)["data"]
    (SCREENSHOTS / "firefox.png").write_bytes(b64decode(picture))
    assert page.run("kg.view.nodes.size") == 14
    assert page.run(colours) > 20


def test_a_click_on_a_line_shows_its_sentences_in_firefox(page: Session) -> None:
    middle = f"""(() => {{
        const [one, other] = Object.values(kg.network.getPositions(["{PUTIN}", "{KIM}"]));
        const at = kg.network.canvasToDOM({{ x: (one.x + other.x) / 2, y: (one.y + other.y) / 2 }});
        const box = document.getElementById("canvas").getBoundingClientRect();
        return [box.x + at.x, box.y + at.y];
    }})()"""
    page.click(*page.run(middle))
    read = "new Promise((done) => setTimeout(() => done(document.querySelector('#panel h2').textContent), 500))"
    assert page.run(read) == "Kim Jong Un and Vladimir Putin"


@pytest.mark.parametrize(
    ("name", "content"),
    [("map", "path.land"), ("timeline", ".fact"), ("matrix", "td button"), ("table", "tbody tr"), ("graph", "canvas")],
)
def test_firefox_opens_each_tab(page: Session, name: str, content: str) -> None:
    page.run(f"document.getElementById('tab-{name}').click()")
    seen = f"document.querySelector('#view-{name} {content}').checkVisibility()"
    assert page.run(f"document.getElementById('tab-{name}').ariaSelected") == "true"
    assert page.run(seen) is True


def test_firefox_has_no_error_and_asks_for_nothing(page: Session) -> None:
    logged = [event["params"]["text"] for event in page.events if event["method"] == "log.entryAdded"]
    asked = [event["params"]["request"]["url"] for event in page.events if event["method"].startswith("network.")]
    assert logged == []
    assert [url for url in asked if not url.startswith(("file:", "data:"))] == []
    assert not [event for event in page.events if event["method"] == "browsingContext.userPromptOpened"]
