"""python3-discogs-client, used as an application uses it: the callback travels in the form beside members that are none of
OAuth's, and in a header of its own; the rest in the Authorization header."""

import json
from urllib.parse import urlencode

from discogs_client import Client
from steps import play

AGENT = "LatchkeyTests/1"


def request_token(step):
    client = Client(AGENT, step["key"], step["secret"])
    client._request_token_url = step["url"]
    token, secret, _ = client.get_authorize_url(step["callback"])
    # It reads no more of the answer.
    return {"oauth_token": token, "oauth_token_secret": secret, "oauth_callback_confirmed": "true"}


def signed_in(step):
    return Client(AGENT, step["key"], step["secret"], step["token"], step["token_secret"])


def access_token(step):
    client = signed_in(step)
    client._access_token_url = step["url"]
    token, secret = client.get_access_token(step["verifier"])
    return {"oauth_token": token, "oauth_token_secret": secret}


def call(step):
    url = step["url"] + ("?" + urlencode(dict(step["query"])) if "query" in step else "")
    body = signed_in(step)._request(step["verb"], url, step.get("json"))
    return {"status": 200, "challenge": None, "body": json.dumps(body)}


play(request_token=request_token, access_token=access_token, call=call)
