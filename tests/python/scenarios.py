"""Makes calls with the Python package and says how they ended, as JSON.

    scenarios.py BASEURL VERB CALLS PATIENCE

Call number N goes to the endpoint N. They are made in this order, each by a thread
of its own, as the package wants it. What has not ended after PATIENCE seconds hangs,
and so does a call of a new instance that is made then.
"""

import json
import sys
import threading
import time

from cloudapi import BaseRESTAPI


def api(baseurl):
    """The settings that tests/tests/python.rs gives the other side."""
    return BaseRESTAPI(
        baseurl,
        callrateperhour=180_000,
        geometric_delay_multiplier=2,
        maximum_geometric_delay_multiplications=2,
        maximum_failed_attempts=1,
        request_timeout=5,
    )


def start(baseurl, verb, number, ended):
    def call():
        response = getattr(api(baseurl), f"{verb}_request")(str(number))
        ended.append([number, response.status_code])

    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread


def main(baseurl, verb, calls, patience):
    # The worker that dies of a refused connection says so.
    threading.excepthook = lambda _: None
    ended = []
    threads = []
    for number in range(calls):
        threads.append(start(baseurl, verb, number, ended))
        time.sleep(0.005)
    until = time.monotonic() + patience
    for thread in threads:
        thread.join(max(0, until - time.monotonic()))
    hung = sum(thread.is_alive() for thread in threads)
    new_hangs = False
    if hung:
        new = start(baseurl, verb, calls, [])
        new.join(patience)
        new_hangs = new.is_alive()
    # What is sent although its caller has the answer is sent by then.
    time.sleep(1)
    print(json.dumps({"ended": ended, "hung": hung, "new_hangs": new_hangs}), flush=True)


main(sys.argv[1], sys.argv[2], int(sys.argv[3]), float(sys.argv[4]))
