"""Waiting for something to become true, instead of sleeping and hoping."""

import time

# Generous: a sanitizer build on two busy cores. A wait ends as soon as its condition holds.
BOUND = 30.0  # seconds


def wait_until(condition, what, bound=BOUND, interval=0.01):
    """Polls `condition()` until it is true and returns its value; AssertionError after `bound`."""
    deadline = time.monotonic() + bound
    while True:
        value = condition()
        if value:
            return value
        if time.monotonic() > deadline:
            raise AssertionError(f"waited {bound:g} s without success for {what}")
        time.sleep(interval)


def let_time_pass(seconds):
    """For tests whose subject is time itself; everything else waits for a condition."""
    time.sleep(seconds)
