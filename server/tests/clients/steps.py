"""Takes one step a line on stdin, and answers a line for each."""

import json
import sys


def play(**steps):
    for line in sys.stdin:
        step = json.loads(line)
        print(json.dumps(steps[step["step"]](step)), flush=True)


def text(value):
    return value.decode() if isinstance(value, bytes) else value


def told(answer):
    """An answer of requests'."""
    return {
        "status": answer.status_code,
        "challenge": answer.headers.get("WWW-Authenticate"),
        "body": answer.text,
    }
