"""Twython, used as an application uses it: callback and verifier travel in the query, the rest in the header."""

from steps import play, told
from twython import Twython


def request_token(step):
    client = Twython(step["key"], step["secret"])
    client.request_token_url = step["url"]
    return client.get_authentication_tokens(callback_url=step["callback"])


def signed_in(step):
    return Twython(step["key"], step["secret"], step["token"], step["token_secret"])


def access_token(step):
    client = signed_in(step)
    client.access_token_url = step["url"]
    return client.get_authorized_tokens(step["verifier"])


def call(step):
    sender = signed_in(step).client
    return told(
        sender.request(step["verb"], step["url"], params=step.get("query"), data=step.get("form"), json=step.get("json"))
    )


play(request_token=request_token, access_token=access_token, call=call)
