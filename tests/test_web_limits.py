"""No request, however mangled, slow, large or cut, ends in a traceback, without a code, or in a stuck service."""

from __future__ import annotations

import asyncio
import random
import socket
import threading
import time
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from shutil import copytree
from urllib.parse import quote

import pytest
from command import ROOT, avenant
from conftest import Effort
from small_rules import SMALL
from web import Answer, Client, client, running

import engine
from engine.errors import InputFault
from engine.evaluation.session import Session
from engine.web import worker
from engine.web.limits import BODY, DOSSIER, MAX_ADDRESSES, Buckets
from engine.web.worker import Busy, Worker

SOUND = '{"case": {"contrat": {"date_signature": "2024-09-02", "option": "demi_etp"}, "medecin": {"age": 45}}}'
ADDRESS = "/estimer?contrat.date_signature=2024-09-02&medecin.secteur=secteur_1&patientele.mt_depart=1100&au=2026-11-28"
JUNK = ("\x00", "..", "../../etc/passwd", "<script>alert(1)</script>", "é" * 50, "1e999", "-0", "{", "}", "[", '"')
JUNK += ("'", "%", "&", "=", "?", ";", "\u202e", "null", "9" * 400, "2024-02-31", "{{7*7}}", "\r\nSet-Cookie: a=b", "𝟙")


@pytest.fixture(scope="module")
def served() -> Iterator[Client]:
    with client() as made:
        yield made


def refused(answer: Answer, status: int, code: str) -> None:
    assert (answer.status, code) == (status, code)
    assert code in answer.text
    assert "Traceback" not in answer.text


def mangled(text: str, rng: random.Random) -> str:
    """A sound text with some of its parts cut, doubled, moved or replaced."""
    for _ in range(rng.randint(1, 4)):
        at, end = sorted(rng.randint(0, len(text)) for _ in range(2))
        match rng.randint(0, 3):
            case 0:
                text = text[:at] + text[end:]
            case 1:
                text = text[:end] + text[at:]
            case 2:
                text = text[:at] + rng.choice(JUNK) + text[at:]
            case _:
                text = text[:at] + rng.choice(JUNK) + text[end:]
    return text[:20_000]


@pytest.mark.parametrize("slice_", range(10))
def test_mangled_requests_are_answered_or_refused_with_a_code(served: Client, effort: Effort, slice_: int) -> None:
    rng = random.Random(20241128 + slice_)
    seen: dict[int, int] = {}
    calls = ("evaluate", "evaluate-many", "timeline", "ask")
    count = effort.of(1_000, part=40)
    for turn in range(count):
        if turn % 2:
            body = mangled(SOUND, rng).encode("utf-8", "surrogatepass")
            answer = served.post(f"/api/v1/{rng.choice(calls)}", body, content_type="application/json")
        else:
            # Most ask about a day without rules: that is read and refused alike, and answered in no time.
            sound = ADDRESS if turn % 20 == 0 else ADDRESS.replace("2024-09", "2018-09")
            answer = served.ask("GET", quote(mangled(sound, rng), safe="/?&=%;.{}'"))
        seen[answer.status] = seen.get(answer.status, 0) + 1
        assert answer.status in (200, 303, 400, 404, 405, 413, 414, 422), (answer.status, answer.text)
        if turn % 2 and answer.status >= 400:
            assert answer.data["code"], answer.text
        assert "Traceback" not in answer.text
        assert "<script>alert" not in answer.text
    assert served.told == []
    assert sum(count for status, count in seen.items() if 400 <= status < 500) > count / 3


def test_each_limit_has_its_code(served: Client) -> None:
    refused(served.ask("GET", "/estimer?a=%00"), 400, "request-form")
    refused(served.ask("GET", "/estimer?medecin.age=4&medecin.age=5"), 400, "request-repeated")
    refused(served.ask("GET", "/nowhere"), 404, "request-page")
    refused(served.ask("DELETE", "/estimer"), 405, "request-method")
    refused(served.ask("GET", "/estimer?a=" + "b" * 4_100), 414, "request-address")
    refused(served.ask("GET", "/", host="evil.example"), 421, "request-host")
    refused(served.post("/estimer", b"{}", content_type="application/json"), 415, "request-media")
    many = {"cases": [{}] * 101}
    refused(served.post("/api/v1/evaluate-many", many), 422, "too-many-cases")


@pytest.mark.parametrize(("path", "limit"), [("/api/v1/evaluate", BODY), ("/api/v1/timeline", DOSSIER)])
def test_a_body_at_its_limit_is_read_and_one_byte_more_is_not(served: Client, path: str, limit: int) -> None:
    whole = b'{"' + b"x" * (limit - 6) + b'":1}'
    assert len(whole) == limit
    assert served.post(path, whole, content_type="application/json").status == 422
    refused(served.post(path, whole + b" ", content_type="application/json"), 413, "request-size")


def test_a_body_of_fifty_megabytes_is_refused_before_it_is_read(served: Client) -> None:
    taken = 0

    def parts() -> Iterator[bytes]:
        nonlocal taken
        while taken < 50_000_000:
            taken += 10_000
            yield b" " * 10_000

    answer = asyncio.run(served.asked("POST", "/api/v1/evaluate", parts(), content_type="application/json"))
    refused(answer, 413, "request-size")
    assert taken < 2 * BODY
    told = served.ask("POST", "/api/v1/evaluate", b"{}", content_type="application/json", content_length="50000000")
    refused(told, 413, "request-size")


def test_calls_beyond_the_rate_of_an_address_are_to_come_again() -> None:
    with client(rate=3) as hurried:
        assert [hurried.ask("GET", "/").status for _ in range(3)] == [200] * 3
        answer = hurried.ask("GET", "/")
        refused(answer, 429, "request-rate")
        assert answer.headers["retry-after"] == "1"
        assert [hurried.ask("GET", path).status for path in ("/health", "/static/avenant.css")] == [200, 200]


def test_behind_proxies_a_rate_is_that_of_the_address_that_the_nearest_trusted_one_tells() -> None:
    with client(rate=1, proxy_hops=1) as hurried:
        told = ("7.7.7.7", "9.9.9.9, 7.7.7.7", "7.7.7.7, 8.8.8.8")  # the first may be of the caller's own making
        assert [hurried.ask("GET", "/", x_forwarded_for=each).status for each in told] == [200, 429, 200]
        assert [hurried.ask("GET", "/").status for _ in range(2)] == [200, 429]
    with client(rate=1) as direct:
        assert [direct.ask("GET", "/", x_forwarded_for=each).status for each in told] == [200, 429, 429]


def test_who_runs_it_reads_what_was_answered_and_nothing_of_a_case() -> None:
    with client() as fresh:
        for path in ("/health", "/estimer?medecin.age=4711", "/nowhere"):
            fresh.ask("GET", path)
        told = fresh.get("/metrics").text
    for line in ('{route="health",status="200"} 1', '{route="other",status="404"} 1', "avenant_waiting 0"):
        assert line in told
    assert "4711" not in told


def test_the_table_of_rates_is_bounded_and_fills_again_with_time() -> None:
    now = [0.0]
    buckets = Buckets(rate=1, burst=2, clock=lambda: now[0])
    assert [buckets.take("a") for _ in range(3)] == [True, True, False]
    now[0] = 1.0
    assert buckets.take("a")
    for number in range(MAX_ADDRESSES + 10):
        buckets.take(str(number))
    assert buckets.take("a"), "the oldest are forgotten"


def test_a_full_queue_refuses_and_goes_on(served: Client) -> None:
    async def crowd() -> list[object]:
        own = Worker(lambda: engine.load(str(SMALL)))
        held = threading.Event()

        def wait(session: Session) -> str:
            held.wait(10)
            return "done"

        calls = [asyncio.create_task(own.run(wait)) for _ in range(worker.MAX_WAITING + 5)]
        await asyncio.sleep(0.1)
        held.set()
        found = await asyncio.gather(*calls, return_exceptions=True)
        own.stop()
        return list(found)

    found = asyncio.run(crowd())
    assert found.count("done") == worker.MAX_WAITING
    assert sum(isinstance(each, Busy) for each in found) == 5


def test_a_call_that_finds_the_queue_full_is_to_come_again(monkeypatch: pytest.MonkeyPatch) -> None:
    with client() as busy:
        monkeypatch.setattr(worker, "MAX_WAITING", 0)
        answer = busy.ask("GET", ADDRESS)
        refused(answer, 503, "request-busy")
        assert answer.headers["retry-after"] == "1"
        assert busy.ask("GET", "/ready").status == 503


def test_many_at_once_get_the_answers_that_each_gets_alone() -> None:
    """Counts on both sides of the minimum: no two of the answers are alike."""
    counts = range(772, 780)
    bodies = [SOUND.replace('"medecin": {"age": 45}', f'"patientele": {{"mt_depart": {n}}}').encode() for n in counts]
    with client(str(SMALL)) as served:
        asked = partial(served.asked, "POST", "/api/v1/evaluate", content_type="application/json")

        async def together() -> list[Answer]:
            return list(await asyncio.gather(*(asked([body]) for body in bodies)))

        alone = [asyncio.run(asked([body])).data for body in bodies]
        for _ in range(2):
            assert [answer.data for answer in asyncio.run(together())] == alone


@pytest.mark.parametrize("kind", [RuntimeError, StopIteration])  # the second of which no future takes
def test_a_fault_of_the_program_gives_a_number_and_tells_no_fact(
    kind: type[Exception], served: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: object, **__: object) -> object:
        raise kind("patientele.mt_depart = 1100")

    monkeypatch.setattr("engine.web.pages.estimate", broken)
    answer = served.ask("GET", ADDRESS)
    refused(answer, 500, "request-fault")
    (line,) = served.told
    served.told.clear()
    assert "RuntimeError" in line  # which a coroutine makes of the second
    assert "1100" not in line
    assert "1100" not in answer.text


def said(port: int, text: bytes, cut: bool = False) -> bytes:
    with socket.create_connection(("127.0.0.1", port), 60) as connection:
        connection.sendall(text)
        return b"" if cut else connection.recv(65_536)


def test_cut_connections_and_raw_nonsense_leave_the_service_answering() -> None:
    head = b"POST /api/v1/evaluate HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\n"
    broken = (b"GET\r\n\r\n", b"GET / HTTP/9.9\r\n\r\n", b"\x00" * 100 + b"\r\n\r\n")
    with running("--policies", str(SMALL), before="from engine.web import server; server.HEAD_SECONDS = 0.5") as (
        service,
        port,
    ):
        for _ in range(20):
            said(port, head + b'{"case"', cut=True)
            said(port, b"GET /esti", cut=True)
        for hosts in (b"evil.example\r\nHost: localhost", b"localhost\r\nHost: evil.example"):
            assert said(port, b"GET /api HTTP/1.1\r\nHost: " + hosts + b"\r\n\r\n").startswith(b"HTTP/1.1 421 ")
        for nonsense in broken:
            assert said(port, nonsense).startswith((b"HTTP/1.1 400 ", b"HTTP/1.1 421 "))
        assert said(port, b"GET /estimer HTTP/1.1") == b"", "a head that never ends is given up"
        assert b"200 OK" in said(port, b"GET /health HTTP/1.1\r\nHost: localhost\r\n\r\n")
        assert service.poll() is None


def test_several_processes_answer_on_one_address_and_all_stop() -> None:
    with running("--workers", "2") as (service, port):
        for _ in range(8):
            assert b"200 OK" in said(port, b"GET / HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
        children = Path(f"/proc/{service.pid}/task/{service.pid}/children")
        while children.exists() and len(children.read_text(encoding="ascii").split()) < 2:
            assert service.poll() is None
            time.sleep(0.05)
    with pytest.raises(ConnectionRefusedError), socket.create_connection(("127.0.0.1", port), 1):
        pass


def test_a_slow_body_is_given_up() -> None:
    async def dripping() -> Answer:
        with client() as slow:
            slow.app.body_seconds = 0.2  # type: ignore[attr-defined]
            sent: list[dict[str, object]] = []

            async def receive() -> dict[str, object]:
                await asyncio.sleep(0.05)
                return {"type": "http.request", "body": b" ", "more_body": True}

            async def send(message: object) -> None:
                sent.append(message)  # type: ignore[arg-type]

            scope = {
                "type": "http",
                "method": "POST",
                "path": "/api/v1/evaluate",
                "raw_path": b"/",
                "query_string": b"",
            }
            headers = [(b"host", b"localhost"), (b"content-type", b"application/json")]
            await slow.app({**scope, "headers": headers, "client": ("a", 1)}, receive, send)  # type: ignore[arg-type]
            return Answer(sent[0]["status"], {}, sent[1]["body"], "")  # type: ignore[arg-type]

    refused(asyncio.run(dripping()), 408, "request-slow")


def test_rules_at_fault_are_told_to_who_starts_the_service(tmp_path: Path) -> None:
    copytree(ROOT / "docs" / "walkthrough" / "tiny", tmp_path / "tiny")
    rules = tmp_path / "tiny" / "eligibility.yaml"
    rules.write_text(rules.read_text(encoding="utf-8").replace("part_honoraires", "part"), encoding="utf-8")
    with pytest.raises(InputFault) as told:
        Worker(lambda: engine.load(tmp_path))
    assert [problem.code for problem in told.value.problems] == ["unknown-fact"]


def test_an_address_that_is_taken_is_told_before_anything_else() -> None:
    with running("--policies", str(SMALL)) as (_, port):
        second = avenant("serve", "--port", str(port))
        assert (second.exit_code, "address-taken" in second.stderr) == (1, True)
