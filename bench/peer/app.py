"""The peer: Authlib's OAuth 1 resource protector, with clients, tokens and nonces in memory.

Two applications: `described` does the least that a verifier can do with it, for the same requests that /verify gets;
`direct` is a Flask application that protects a resource of its own, as Authlib's manual shows it.
"""

import json
import os

from authlib.integrations.flask_oauth1 import ResourceProtector as FlaskResourceProtector
from authlib.integrations.flask_oauth1 import current_credential
from authlib.oauth1.errors import OAuth1Error
from authlib.oauth1.rfc5849.models import ClientMixin, TokenCredentialMixin
from authlib.oauth1.rfc5849.resource_protector import ResourceProtector
from flask import Flask


class Client(ClientMixin):
    def __init__(self, key, secret):
        self.key = key
        self.secret = secret

    def get_client_secret(self):
        return self.secret

    def get_rsa_public_key(self):
        return None


class Token(TokenCredentialMixin):
    def __init__(self, client, token, secret):
        self.client = client
        self.token = token
        self.secret = secret

    def get_oauth_token(self):
        return self.token

    def get_oauth_token_secret(self):
        return self.secret


clients = {}
tokens = {}
nonces = set()

with open(os.environ["BENCH_IDENTITIES"]) as file:
    for key, secret, token, token_secret in json.load(file):
        clients[key] = Client(key, secret)
        tokens[key, token] = Token(key, token, token_secret)


def exists_nonce(nonce, timestamp, client, token):
    seen = (timestamp, client, token, nonce)
    if seen in nonces:
        return True
    nonces.add(seen)
    return False


class Protector(ResourceProtector):
    def get_client_by_id(self, client_id):
        return clients.get(client_id)

    def get_token_credential(self, request):
        return tokens.get((request.client_id, request.token))

    def exists_nonce(self, nonce, request):
        return exists_nonce(nonce, request.timestamp, request.client_id, request.token)


protector = Protector()


def described(environ, start_response):
    headers = {"Authorization": environ.get("HTTP_AUTHORIZATION")}
    try:
        request = protector.validate_request(
            environ["HTTP_X_ORIGINAL_METHOD"], environ["HTTP_X_ORIGINAL_URL"], None, headers
        )
    except OAuth1Error as error:
        start_response("401 Unauthorized", [("Content-Length", "0"), ("WWW-Authenticate", f"OAuth {error.error}")])
        return []
    start_response("200 OK", [("Content-Length", "0"), ("X-Consumer-Key", request.client_id)])
    return []


direct = Flask(__name__)
require_oauth = FlaskResourceProtector(
    direct,
    query_client=clients.get,
    query_token=lambda client_id, token: tokens.get((client_id, token)),
    exists_nonce=exists_nonce,
)


@direct.get("/photos")
@require_oauth()
def photos():
    return current_credential.client
