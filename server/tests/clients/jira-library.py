"""jira with an RSA key, used as a program beside Jira uses it. Its credentials come from requests-oauthlib, as jirashell's do.

The server that it calls is a tool in this process, which asks Latchkey about every request; what Latchkey says of each is
what the step returns.
"""

import json
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer
from urllib.request import ProxyHandler, Request, build_opener

from jira import JIRA, JIRAError
from requests_oauthlib import OAuth1Session
from steps import play


class Tool(BaseHTTPRequestHandler):
    def do_GET(self):
        described = {
            "method": self.command,
            "url": f"http://{self.headers['Host']}{self.path}",
            "authorization": self.headers.get("Authorization"),
        }
        asked = Request(self.server.latchkey, json.dumps(described).encode(), {"Content-Type": "application/json"})
        with build_opener(ProxyHandler({})).open(asked) as answer:
            verdict = json.load(answer)
        self.server.verdicts.append(verdict)
        body = json.dumps({"name": verdict.get("user"), "displayName": verdict.get("user")}).encode()
        self.send_response(200 if verdict["active"] else 401)
        self.send_header("Content-Type", "application/json")
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_):
        pass


def session(step, **more):
    return OAuth1Session(step["key"], rsa_key=step["rsa_private_key"], signature_method=step["method"], **more)


def request_token(step):
    return session(step, callback_uri=step["callback"]).fetch_request_token(step["url"])


def access_token(step):
    token = {"resource_owner_key": step["token"], "resource_owner_secret": step["token_secret"]}
    return session(step, verifier=step["verifier"], **token).fetch_access_token(step["url"])


def call(step):
    tool = HTTPServer(("127.0.0.1", 0), Tool)
    tool.latchkey, tool.verdicts = step["url"], []
    threading.Thread(target=tool.serve_forever, daemon=True).start()
    oauth = {
        "consumer_key": step["key"],
        "key_cert": step["rsa_private_key"],
        "signature_method": step["method"],
        "access_token": step["token"],
        "access_token_secret": step["token_secret"],
    }
    try:
        jira = JIRA(
            server=f"http://127.0.0.1:{tool.server_port}", oauth=oauth, get_server_info=False, max_retries=0
        )
        return {"name": jira.myself()["name"], "verdicts": tool.verdicts}
    except JIRAError as error:
        return {"status": error.status_code, "verdicts": tool.verdicts}
    finally:
        tool.shutdown()


play(request_token=request_token, access_token=access_token, call=call)
