"""A real Chromium, spoken to by the DevTools protocol over a pipe."""

import base64
import json
import os
import select
import shutil
import subprocess
import tempfile
import time

from .waiting import BOUND

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")


class Browser:
    """One page. `console`: what it said and what went wrong; `requests`: the URLs it asked for."""

    def __init__(self, width=1400, height=1000, dark=False, script=True):
        self.console, self.requests = [], []
        self._profile = tempfile.TemporaryDirectory(prefix="evenkeel-e2e-", ignore_cleanup_errors=True)
        theirs_in, self._out = os.pipe()
        self._in, theirs_out = os.pipe()
        command = [CHROMIUM, "--headless=new", "--no-sandbox", "--disable-gpu", "--no-first-run",
                   "--disable-dev-shm-usage", "--disable-background-networking",
                   "--disable-component-update", "--remote-debugging-pipe",
                   f"--user-data-dir={self._profile.name}", "about:blank"]
        # It reads from descriptor 3 and writes to 4.
        self._process = subprocess.Popen(
            ["bash", "-c", f'exec "$@" 3<&{theirs_in} 4>&{theirs_out}', "bash", *command],
            pass_fds=(theirs_in, theirs_out), stdin=subprocess.DEVNULL,
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        os.close(theirs_in)
        os.close(theirs_out)
        self._unread, self._last, self._session = b"", 0, None
        page = self.command("Target.createTarget", url="about:blank")["targetId"]
        self._session = self.command(
            "Target.attachToTarget", targetId=page, flatten=True)["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.command(f"{domain}.enable")
        self.command("Emulation.setDeviceMetricsOverride", width=width, height=height,
                     deviceScaleFactor=1, mobile=width < 600)
        scheme = {"name": "prefers-color-scheme", "value": "dark" if dark else "light"}
        self.command("Emulation.setEmulatedMedia", features=[scheme])
        self.command("Emulation.setScriptExecutionDisabled", value=not script)

    def command(self, method, **parameters):
        self._last += 1
        message = {"id": self._last, "method": method, "params": parameters}
        if self._session:
            message["sessionId"] = self._session
        os.write(self._out, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + 3 * BOUND
        while True:
            answer = self._receive(end)
            if answer.get("id") == self._last:
                if "error" in answer:
                    raise AssertionError(f"{method}: {answer['error']}")
                return answer["result"]

    def _receive(self, end):
        while b"\0" not in self._unread:
            if not select.select([self._in], [], [], max(0, end - time.monotonic()))[0]:
                raise AssertionError("Chromium does not answer")
            more = os.read(self._in, 1 << 16)
            if not more:
                raise AssertionError("Chromium has ended")
            self._unread += more
        text, self._unread = self._unread.split(b"\0", 1)
        message = json.loads(text)
        self._take(message.get("method"), message.get("params"))
        return message

    def _take(self, event, parameters):
        if event == "Runtime.consoleAPICalled":
            self.console.append(" ".join(str(each.get("value")) for each in parameters["args"]))
        elif event == "Runtime.exceptionThrown":
            self.console.append(json.dumps(parameters["exceptionDetails"]))
        elif event == "Log.entryAdded":
            self.console.append(parameters["entry"]["text"])
        elif event == "Network.requestWillBeSent":
            self.requests.append(parameters["request"]["url"])

    def open(self, url):
        self.command("Page.navigate", url=url)

    def evaluate(self, expression):
        """The value of a JavaScript expression."""
        result = self.command("Runtime.evaluate", expression=expression, returnByValue=True,
                              awaitPromise=True)
        if "exceptionDetails" in result:
            raise AssertionError(result["exceptionDetails"])
        return result["result"].get("value")

    def text(self):
        """What a reader of the page sees."""
        return self.evaluate("document.body ? document.body.innerText : ''")

    def press(self, key):
        for kind in ("keyDown", "keyUp"):
            text = {"text": key} if kind == "keyDown" and len(key) == 1 else {}
            self.command("Input.dispatchKeyEvent", type=kind, key=key, **text)

    def screenshot(self, path):
        """All of the page, as a PNG."""
        size = self.command("Page.getLayoutMetrics")["cssContentSize"]
        picture = self.command("Page.captureScreenshot", captureBeyondViewport=True, clip={
            "x": 0, "y": 0, "width": size["width"], "height": min(size["height"], 4000), "scale": 1})
        with open(path, "wb") as file:
            file.write(base64.b64decode(picture["data"]))

    def close(self):
        self._process.kill()
        self._process.wait()
        os.close(self._in)
        os.close(self._out)
        self._profile.cleanup()
