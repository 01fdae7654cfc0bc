"""As caller.go, with grpcio."""

import collections
import itertools
import json
import sys
import threading

import grpc

OWN_LIMIT = 16 << 10  # bytes that the client takes of a message
PATIENCE = 60  # seconds
GET_USER, LIST_USERS = "/user.v1.UserService/GetUser", "/user.v1.UserService/ListUsers"
RIGHT = {"cancel": grpc.StatusCode.CANCELLED, "deadline": grpc.StatusCode.DEADLINE_EXCEEDED,
         "large": grpc.StatusCode.RESOURCE_EXHAUSTED}


def request(is_list, note_size):
    """A GetUserRequest for user-1, or a ListUsersRequest with a limit of 100."""
    out = [8, 100] if is_list else [10, 6, *b"user-1"]
    out.append(16)
    while note_size > 127:
        out.append(note_size & 127 | 128)
        note_size >>= 7
    return bytes([*out, note_size])


class Caller:
    def __init__(self, target, pattern):
        self.pattern = pattern
        channel = grpc.insecure_channel(
            target, [("grpc.max_receive_message_length", OWN_LIMIT), ("grpc.enable_retries", 1)])
        self.get = channel.unary_unary(GET_USER)
        self.list = channel.unary_stream(LIST_USERS)

    def hedged(self, attempts, delay):
        """An attempt every `delay` until one has answered, then the others are cancelled: gRFC A6's
        hedging by hand."""
        started, changed = [], threading.Condition()

        def wake(_):
            with changed:
                changed.notify()

        def won():
            return next((each for each in started if each.done() and each.code().value[0] == 0), None)

        for _ in range(attempts):
            started.append(self.get.future(request(False, 0), timeout=PATIENCE))
            started[-1].add_done_callback(wake)
            with changed:
                changed.wait_for(won, delay)
            if won():
                break
        with changed:
            changed.wait_for(lambda: won() or all(each.done() for each in started), PATIENCE)
        winner = won() or started[0]
        for each in started:
            each.cancel()
        winner.result()

    def call(self, number):
        """Makes the n-th call of the pattern."""
        given_up = number % 10
        if self.pattern.startswith("hedge"):
            self.hedged(*{"hedge3": (3, 0.01), "hedge4": (4, 0.005)}[self.pattern])
        elif self.pattern == "first":
            stream = self.list(request(True, 1000), timeout=PATIENCE)
            next(stream)
            stream.cancel()
        elif self.pattern == "cancel" and given_up < 7:
            future = self.get.future(request(False, 0), timeout=PATIENCE)
            if number % 3:
                threading.Event().wait(number % 3 * 0.0003)
            future.cancel()
            future.result()
        elif self.pattern == "deadline" and given_up:
            self.get(request(False, 0), timeout=0.003)
        elif self.pattern == "large" and given_up:
            self.get(request(False, 4 * OWN_LIMIT), timeout=PATIENCE)
        else:
            self.get(request(False, 0), timeout=PATIENCE)

    def end(self, number):
        """How it ended."""
        try:
            self.call(number)
        except grpc.FutureCancelledError:
            return "given up" if self.pattern == "cancel" else "cancelled"
        except grpc.RpcError as error:
            right = error.code() is RIGHT.get(self.pattern)
            # Who ends a connection for abuse says RESOURCE_EXHAUSTED, too.
            own_doing = self.pattern != "large" or "larger than max" in error.details()
            return "given up" if right and own_doing else f"{error.code()}: {error.details()}"
        return "good"


def main():
    target, pattern, calls, at_once = sys.argv[1:]
    caller, numbers, ends = Caller(target, pattern), itertools.count(), collections.Counter()

    def work():
        while (number := next(numbers)) < int(calls):
            ends[caller.end(number)] += 1

    threads = [threading.Thread(target=work) for _ in range(int(at_once))]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    print(json.dumps(ends))


main()
