"""requests-oauthlib, used as an application uses it: takes one step a line on stdin, answers a line for each."""

import json
import sys

from requests import Request, Session
from requests_oauthlib import OAuth1Session
from requests_oauthlib.oauth1_session import TokenRequestDenied
from steps import text, told


def session(step, **more):
    return OAuth1Session(
        step["key"],
        client_secret=step["secret"],
        resource_owner_key=step.get("token"),
        resource_owner_secret=step.get("token_secret"),
        signature_method=step["method"],
        signature_type=step.get("place", "AUTH_HEADER"),
        rsa_key=step.get("rsa_private_key"),
        **more,
    )


def request_token(step):
    return session(step, callback_uri=step["callback"]).fetch_request_token(step["url"])


def access_token(step):
    return session(step, verifier=step["verifier"]).fetch_access_token(step["url"])


def prepare(step):
    sender = Session() if step.get("unsigned") else session(step)
    request = Request(
        step["verb"], step["url"], params=step.get("query"), data=step.get("form"), json=step.get("json")
    )
    return sender, sender.prepare_request(request)


def call(step):
    sender, request = prepare(step)
    # What an attacker changes after the signature.
    request.headers.update(step.get("headers", {}))
    if "instead" in step:
        request.body = step["instead"]
        request.headers["Content-Length"] = str(len(request.body))
    return told(sender.send(request))


def sign(step):
    """What would be sent."""
    _, request = prepare(step)
    return {"headers": {name: text(value) for name, value in request.headers.items()}, "body": text(request.body)}


steps = {"request_token": request_token, "access_token": access_token, "call": call, "sign": sign}
for line in sys.stdin:
    step = json.loads(line)
    try:
        answer = steps[step["step"]](step)
    except TokenRequestDenied as denied:
        answer = told(denied.response)
    print(json.dumps(answer), flush=True)
