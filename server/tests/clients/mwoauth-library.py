"""mwoauth, used as a tool on MediaWiki uses it: every step goes to one address with the step's title in the query."""

from urllib.parse import urlencode

import mwoauth
import requests
from requests_oauthlib import OAuth1
from steps import play, told

AGENT = "LatchkeyTests/1"


def consumer(step):
    return mwoauth.ConsumerToken(step["key"], step["secret"])


def request_token(step):
    _, token = mwoauth.initiate(step["url"], consumer(step), callback=step["callback"], user_agent=AGENT)
    # It reads no more of the answer.
    return {"oauth_token": token.key, "oauth_token_secret": token.secret, "oauth_callback_confirmed": "true"}


def access_token(step):
    token = mwoauth.RequestToken(step["token"], step["token_secret"])
    handed_over = urlencode({"oauth_token": step["token"], "oauth_verifier": step["verifier"]})
    access = mwoauth.complete(step["url"], consumer(step), token, handed_over, user_agent=AGENT)
    return {"oauth_token": access.key, "oauth_token_secret": access.secret}


def call(step):
    auth = OAuth1(step["key"], step["secret"], step["token"], step["token_secret"])
    return told(
        requests.request(
            step["verb"],
            step["url"],
            params=step.get("query"),
            data=step.get("form"),
            json=step.get("json"),
            auth=auth,
        )
    )


play(request_token=request_token, access_token=access_token, call=call)
