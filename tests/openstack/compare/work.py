"""What `cargo xtask bench` says to a script and hears from it: the name of an act comes in as a
line, what it took goes out as a line of JSON.

A script ends at once when its input does, so it never outlives whoever started it."""
import json
import os
import queue
import sys
import threading
import time

import openstack

# Between two looks at what is being made or taken away, in seconds.
POLL = 0.3


def connect():
    """The one cloud of `clouds.yaml`; its services write down who asks."""
    return openstack.connect(cloud='lab', app_name='bench', app_version='1')


def serve(**acts):
    asked = queue.Queue()

    def listen():
        for line in sys.stdin:
            asked.put(line.strip())
        os._exit(0)

    threading.Thread(target=listen, daemon=True).start()
    while True:
        act = acts[asked.get()]
        began, busy, error = time.monotonic(), time.process_time(), None
        try:
            act()
        except Exception as why:
            error = f'{type(why).__name__}: {why}'
        print(json.dumps({'seconds': time.monotonic() - began,
                          'cpu': time.process_time() - busy, 'error': error}), flush=True)
