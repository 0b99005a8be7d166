"""A newer model takes the place of the old one, and the server stops, without a request lost."""

import json
import signal
import socket
import threading
import time

import pytest

from _command import started
from _serving import news_model, serving

pytestmark = [
    pytest.mark.timeout(120),
    pytest.mark.skipif(not hasattr(signal, "SIGHUP"), reason="needs Unix signals"),
]
BODY = {"text": "goal"}


def _wait(seen, seconds=60):
    end = time.monotonic() + seconds
    while not seen():
        assert time.monotonic() < end, "it never came"
        time.sleep(0.05)


def test_a_folder_is_replaced_under_load(tmp_path):
    folder = news_model(tmp_path / "news")
    answers, stop = [], threading.Event()
    with serving(folder) as server:

        def ask():
            while not stop.is_set():
                answers.append(server.post("/predict", BODY))

        clients = [threading.Thread(target=ask) for _ in range(2)]
        for client in clients:
            client.start()
        _wait(lambda: answers)
        news_model(folder, classes=["a", "b", "c"], overwrite=True)
        _wait(lambda: answers[-1][1].get("label") == "b")
        # Half a copy: the old one goes on.
        whole = (folder / "weights.safetensors").read_bytes()
        (folder / "weights.safetensors").write_bytes(whole[:100])
        _wait(lambda: b'outcome="failed"' in server.call("GET", "/metrics")[1])
        assert server.post("/predict", BODY)[1]["label"] == "b"
        (folder / "weights.safetensors").write_bytes(whole)
        _wait(lambda: b'outcome="done"} 2' in server.call("GET", "/metrics")[1])
        server.process.send_signal(signal.SIGHUP)
        _wait(lambda: b'outcome="done"} 3' in server.call("GET", "/metrics")[1])
        stop.set()
        for client in clients:
            client.join()
    assert {status for status, _ in answers} == {200}
    assert {answer["label"] for _, answer in answers} == {"sport", "b"}


def test_a_request_that_has_begun_is_answered_before_it_stops(news):
    body = json.dumps(BODY).encode()
    head = (
        f"POST /predict HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
        f"Content-Length: {len(body)}\r\n\r\n"
    )
    with serving(news) as server:
        with socket.create_connection(server.address, timeout=60) as line:
            line.sendall(head.encode() + body[:3])
            server.call("GET", "/healthz")  # the half request has been read by now
            server.process.send_signal(signal.SIGTERM)
            _wait(lambda: _refuses(server.address))
            line.sendall(body[3:])
            assert line.recv(65536).startswith(b"HTTP/1.1 200")
        assert server.process.wait(30) == 0


def _refuses(address):
    try:
        socket.create_connection(address, timeout=5).close()
    except OSError:
        return True
    return False


def test_ctrl_c(news):
    process = started("serve", news, "--port", 0)
    assert process.stdout.readline().startswith("serving news on http://127.0.0.1:")
    process.send_signal(signal.SIGINT)
    out, err = process.communicate(timeout=60)
    assert (process.returncode, out) == (130, "")
    assert err == "stopped; every request that had begun was answered\n"
