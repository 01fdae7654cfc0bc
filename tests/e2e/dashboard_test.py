"""The page that shows what happens: its stream, and the page itself in a real Chromium."""

import json
import socket
import sys
import unittest

from harness.browser import CHROMIUM, Browser
from harness.case import E2eTestCase
from harness.raw_client import connect_socket
from harness.waiting import BOUND, wait_until


class Stream:
    """/stream, as a viewer reads it."""

    def __init__(self, sidecar):
        self.socket = connect_socket(sidecar.admin)
        self.socket.settimeout(BOUND)
        self.socket.sendall(b"GET /stream HTTP/1.0\r\nHost: localhost\r\n\r\n")
        self.file = self.socket.makefile("rb")
        self.status = int(self.file.readline().split()[1])
        self.fields = {}
        while line := self.file.readline().strip():
            name, value = line.decode().split(": ", 1)
            self.fields[name.lower()] = value

    def next(self, name):
        """The data of the next event of this name."""
        while line := self.file.readline():
            if line == f"event: {name}\n".encode():
                return json.loads(self.file.readline().removeprefix(b"data: "))
        raise AssertionError("the stream has ended")

    def close(self):
        self.file.close()
        self.socket.close()


class StreamTest(E2eTestCase):
    def setUp(self):
        self.endpoints = [self.start_endpoint() for _ in range(2)]
        self.sidecar = self.start_sidecar(*self.endpoints)
        self.sidecar.wait_endpoints([each.address for each in self.endpoints])

    def view(self):
        stream = Stream(self.sidecar)
        self.addCleanup(stream.close)
        return stream

    def test_it_tells_of_calls_each_second(self):
        client, stream = self.connect(self.sidecar), self.view()
        self.assertEqual("text/event-stream", stream.fields["content-type"])
        self.assertIn("test", stream.next("history")["clusters"])

        def calls_are_seen():
            for _ in range(2):
                client.call()
            for each in self.endpoints:
                each.next_stream().respond()
            cluster = stream.next("tick")["clusters"][0]
            return cluster["rate"] > 0 and cluster["p99"] > 0

        wait_until(calls_are_seen, "calls in the stream")

    def test_it_says_in_words_who_is_out(self):
        stream = self.view()
        wait_until(lambda: not stream.next("tick")["verdict"], "all to be well")
        self.endpoints[0].close()
        wait_until(lambda: stream.next("tick")["verdict"], "the verdict")
        tick = stream.next("tick")
        self.assertEqual(["test: 1 of 2 endpoints out (1 not connected)"], tick["verdict"])
        rows = {each["address"]: each for each in tick["clusters"][0]["endpoints"]}
        self.assertEqual("not_connected", rows[self.endpoints[0].address]["state"])
        self.assertTrue(rows[self.endpoints[0].address]["why"])

    def test_there_are_sixteen_viewers_and_those_who_leave_make_room(self):
        viewers = [self.view() for _ in range(16)]
        for each in viewers:
            each.next("tick")
        self.assertEqual(503, self.view().status)
        viewers[3].close()
        wait_until(lambda: self.view().status == 200, "room for another viewer")
        viewers[5].next("tick")

    def test_viewers_that_read_nothing_keep_nobody_waiting(self):
        for _ in range(3):
            self.view().socket.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
        reader = self.view()
        for _ in range(3):
            reader.next("tick")
        self.assertEqual(200, self.sidecar.get("/live")[0])

    def test_it_can_be_drained_while_it_is_watched(self):
        stream = self.view()
        stream.next("tick")
        self.sidecar.terminate()
        self.assertEqual(0, self.sidecar.wait_exit(BOUND))


class PageTest(E2eTestCase):
    def setUp(self):
        if CHROMIUM is None:
            print("SKIPPED: no chromium; the dashboard is not looked at", file=sys.stderr)
            self.skipTest("chromium is not installed")
        self.endpoints = [self.start_endpoint() for _ in range(3)]
        self.sidecar = self.start_sidecar(*self.endpoints)
        self.sidecar.wait_endpoints([each.address for each in self.endpoints])

    def look(self, **options):
        browser = Browser(**options)
        self.addCleanup(browser.close)
        browser.open(f"http://{self.sidecar.admin}/")
        return browser

    def wait_text(self, browser, text):
        wait_until(lambda: text in browser.text(), f'"{text}" on the page')

    def assert_is_quiet(self, browser):
        """Nothing on the console, and nobody else was asked."""
        self.assertEqual([], browser.console)
        here = f"http://{self.sidecar.admin}/"
        self.assertEqual([], [each for each in browser.requests
                              if not each.startswith((here, "data:", "about:"))])

    def test_it_says_that_all_is_well_and_then_who_is_not(self):
        browser = self.look()
        self.wait_text(browser, "All is well: all 3 endpoints take calls.")
        for each in self.endpoints:
            self.wait_text(browser, each.address)
        self.endpoints[0].close()
        self.wait_text(browser, "1 of 3 endpoints out (1 not connected)")
        self.wait_text(browser, "not connected")
        self.assert_is_quiet(browser)

    def test_keys_filter_and_pause(self):
        browser = self.look()
        wanted, other = (each.address for each in self.endpoints[:2])
        self.wait_text(browser, other)
        browser.press("/")
        for each in wanted:
            browser.press(each)
        wait_until(lambda: other not in browser.text(), "the other endpoint to be filtered out")
        self.assertIn(wanted, browser.text())
        browser.press("Escape")
        self.wait_text(browser, other)
        browser.press(" ")
        self.wait_text(browser, "Go on")
        self.assert_is_quiet(browser)

    def test_a_click_explains_where_a_call_would_go(self):
        browser = self.look()
        self.wait_text(browser, "Where would a call go?")
        browser.evaluate("[...document.querySelectorAll('button')]"
                         ".find(each => each.textContent.startsWith('Where')).click()")
        self.wait_text(browser, "A call would go to")
        self.assert_is_quiet(browser)

    def test_it_fits_a_phone(self):
        for dark in (False, True):
            browser = self.look(width=400, height=800, dark=dark)
            self.wait_text(browser, self.endpoints[2].address)
            self.assertLessEqual(browser.evaluate("document.documentElement.scrollWidth"), 400)
            self.assert_is_quiet(browser)

    def test_without_script_there_is_a_table(self):
        browser = self.look(script=False)
        snapshot = lambda: json.dumps(browser.command("DOMSnapshot.captureSnapshot",
                                                      computedStyles=[])["strings"])
        wait_until(lambda: self.endpoints[0].address in snapshot(), "the table")


if __name__ == "__main__":
    unittest.main()
