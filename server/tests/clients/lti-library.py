"""lti, used as a learning platform uses it: signs the form that a browser posts to a tool."""

from lti import ToolConsumer
from steps import play, text


def sign(step):
    launch = ToolConsumer(
        consumer_key=step["key"], consumer_secret=step["secret"], launch_url=step["url"], params=dict(step["form"])
    )
    request = launch.generate_launch_request()
    return {"headers": {name: text(value) for name, value in request.headers.items()}, "body": text(request.body)}


play(sign=sign)
