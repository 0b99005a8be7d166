"""Headless Chromium over its own pipe (no driver, no socket): open pages, press keys, look.

``from _browser import BROWSER, browser``. The protocol is Chrome DevTools': JSON messages ended by
a zero byte, in on file 3 and out on file 4 of the browser.
"""

from __future__ import annotations

import base64
import fcntl
import json
import os
import select
import shutil
import subprocess
import time
from contextlib import contextmanager
from pathlib import Path
from typing import Any

BROWSER = shutil.which("chromium") or shutil.which("google-chrome")
_FLAGS = (
    "--headless --no-sandbox --disable-gpu --disable-quic --no-first-run --disable-sync "
    "--disable-background-networking --disable-component-update --hide-scrollbars "
    "--remote-debugging-pipe --force-color-profile=srgb"
)
_KEYS = {"Enter": 13, "Escape": 27, "Tab": 9, "Backspace": 8, "ArrowDown": 40}


class Page:
    """One tab."""

    def __init__(self, pipe: _Pipe, url: str, width: int = 1200, height: int = 800) -> None:
        self._pipe = pipe
        self.target = pipe.call("Target.createTarget", {"url": "about:blank"})["targetId"]
        found = pipe.call("Target.attachToTarget", {"targetId": self.target, "flatten": True})
        self._session = found["sessionId"]
        self.call("Page.enable")
        self.call("Runtime.enable")
        self.size(width, height)
        self.call("Page.navigate", {"url": url})
        self.until("document.readyState === 'complete' && location.href !== 'about:blank'")

    def call(self, method: str, params: dict[str, Any] | None = None) -> dict[str, Any]:
        """One command to this tab."""
        return self._pipe.call(method, params, self._session)

    def size(self, width: int, height: int, phone: bool = False, dark: bool = False) -> None:
        """How large the window is; ``phone``: touched, not pointed at."""
        self.call("Emulation.setDeviceMetricsOverride", {
            "width": width, "height": height, "deviceScaleFactor": 2 if phone else 1,
            "mobile": phone})  # fmt: skip
        self.call("Emulation.setTouchEmulationEnabled", {"enabled": phone})
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.call("Emulation.setEmulatedMedia", {"features": [scheme]})

    def eval(self, code: str) -> Any:
        """The value of a JavaScript expression."""
        found = self.call("Runtime.evaluate", {
            "expression": code, "returnByValue": True, "awaitPromise": True})  # fmt: skip
        assert "exceptionDetails" not in found, found["exceptionDetails"]
        return found["result"].get("value")

    def until(self, code: str, seconds: float = 60) -> Any:
        """Wait until the expression is true; its value."""
        end = time.monotonic() + seconds
        while not (found := self.eval(code)):
            assert time.monotonic() < end, f"never: {code}\n{self.eval('document.body.innerText')}"
            time.sleep(0.05)
        return found

    def press(self, *keys: str) -> None:
        """Press keys one after another, each as a person would."""
        for key in keys:
            code = _KEYS.get(key, ord(key[0].upper()))
            text = "\r" if key == "Enter" else key if len(key) == 1 else ""
            facts = {"key": key, "windowsVirtualKeyCode": code, "text": text}
            self.call("Input.dispatchKeyEvent", {"type": "keyDown", **facts})
            self.call("Input.dispatchKeyEvent", {"type": "keyUp", **facts})

    def type(self, text: str) -> None:
        """Type into what has the focus."""
        self.call("Input.insertText", {"text": text})

    def picture(self, path: Path, whole: bool = False) -> None:
        """A PNG of the window, or of the ``whole`` page."""
        found = self.call("Page.captureScreenshot", {"captureBeyondViewport": whole})
        path.write_bytes(base64.b64decode(found["data"]))

    def close(self) -> None:
        """Close the tab."""
        self._pipe.call("Target.closeTarget", {"targetId": self.target})


class _Pipe:
    def __init__(self, process: subprocess.Popen[bytes], into: int, out: int) -> None:
        self.process, self._into, self._out = process, into, out
        self._rest, self._number = b"", 0

    def page(self, url: str, width: int = 1200, height: int = 800) -> Page:
        """A new tab."""
        return Page(self, url, width, height)

    def call(
        self, method: str, params: dict[str, Any] | None = None, session: str | None = None
    ) -> dict[str, Any]:
        self._number += 1
        message = {"id": self._number, "method": method, "params": params or {}}
        if session is not None:
            message["sessionId"] = session
        os.write(self._into, json.dumps(message).encode() + b"\0")
        while True:
            found = self._message()
            if found.get("id") == self._number:
                assert "error" not in found, found
                return found["result"]

    def _message(self, seconds: float = 120) -> dict[str, Any]:
        while b"\0" not in self._rest:
            ready, _, _ = select.select([self._out], [], [], seconds)
            assert ready, "the browser does not answer"
            part = os.read(self._out, 1 << 20)
            assert part, "the browser has gone"
            self._rest += part
        whole, _, self._rest = self._rest.partition(b"\0")
        return json.loads(whole)


@contextmanager
def browser(home: Path) -> Any:
    """A browser until the block is left; ``home`` is an empty folder for what it keeps."""
    theirs_in, ours_in = os.pipe()
    ours_out, theirs_out = os.pipe()

    def placed() -> None:  # in the child, before the browser begins
        first, second = (fcntl.fcntl(one, fcntl.F_DUPFD, 10) for one in (theirs_in, theirs_out))
        os.dup2(first, 3)
        os.dup2(second, 4)

    process = subprocess.Popen(
        [str(BROWSER), *_FLAGS.split(), f"--user-data-dir={home}"],
        close_fds=False,
        preexec_fn=placed,
        env={**os.environ, "HOME": str(home)},
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    os.close(theirs_in)
    os.close(theirs_out)
    pipe = _Pipe(process, ours_in, ours_out)
    try:
        yield pipe
    finally:
        process.kill()
        process.wait()
        os.close(ours_in)
        os.close(ours_out)
