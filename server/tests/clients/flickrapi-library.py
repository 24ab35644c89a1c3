"""flickrapi, used as an application uses it: the callback travels in the form, the rest in the header.

It reads the names of Flickr's own answer to the last step, so the answer is taken as it came.
"""

from flickrapi.auth import OAuthFlickrInterface
from flickrapi.tokencache import SimpleTokenCache
from steps import play, text, told


def client(step):
    flickr = OAuthFlickrInterface(step["key"], step["secret"], SimpleTokenCache())
    if step.get("token"):
        flickr.resource_owner_key = step["token"]
        flickr.resource_owner_secret = step["token_secret"]
    return flickr


def request_token(step):
    flickr = client(step)
    answer = flickr.do_request(step["url"], {"oauth_callback": step["callback"]})
    return flickr.parse_oauth_response(answer)


def access_token(step):
    flickr = client(step)
    flickr.verifier = step["verifier"]
    return flickr.parse_oauth_response(flickr.do_request(step["url"]))


def call(step):
    flickr = client(step)
    if step["verb"] == "POST" and "form" in step and "query" not in step:
        return {"status": 200, "challenge": None, "body": text(flickr.do_request(step["url"], step["form"]))}
    return told(
        flickr.session.request(
            step["verb"],
            step["url"],
            params=step.get("query"),
            data=step.get("form"),
            json=step.get("json"),
            auth=flickr.oauth,
        )
    )


play(request_token=request_token, access_token=access_token, call=call)
