"""What ``nanonet serve`` refuses before it listens."""

import socket

import pytest

for _name in ("starlette", "uvicorn"):
    pytest.importorskip(_name, reason="serving needs the serve extra")


def test_no_model(nanonet):
    code, _, err = nanonet("serve", "nowhere")
    assert (code, err) == (2, "error: there is no model at nowhere\n")


def test_two_models_of_one_name(nanonet, model):
    code, _, err = nanonet("serve", model, model)
    assert code == 2
    assert "two models are named 'nano'; name them apart: NAME=FOLDER" in err


def test_a_port_that_is_taken(nanonet, model):
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        code, out, err = nanonet("serve", model, "--port", port)
    assert (code, out) == (2, "")
    assert err.startswith(f"error: cannot listen on 127.0.0.1 port {port}: ")
    assert err.count("\n") == 1


def test_a_host_that_is_none(nanonet, model):
    code, _, err = nanonet("serve", model, "--host", "no.such.host.invalid", "--port", 0)
    assert code == 2
    assert "cannot listen on no.such.host.invalid" in err


def test_a_key_and_a_pool_that_are_not_there(nanonet, model):
    code, _, err = nanonet("serve", model, "--api-key-file", "key.txt")
    assert (code, err) == (
        2,
        "error: key.txt: cannot read the API key: No such file or directory\n",
    )
    code, _, err = nanonet("serve", model, "--pool", "pool.csv")
    assert code == 2
    assert "pool.csv" in err
