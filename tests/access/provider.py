"""An identity provider that serves its keys over HTTP and signs whatever a test wants."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer

import jwt
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from jwt.algorithms import ECAlgorithm, OKPAlgorithm, RSAAlgorithm

ISSUER, AUDIENCE = "https://idp.example", "https://guoji.example"
PARTY = "9521234000006"
MAKERS = {
    "ES256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "EdDSA": ed25519.Ed25519PrivateKey.generate,
    "RS256": lambda: rsa.generate_private_key(65537, 2048),
}
_AS_JWK = {"ES256": ECAlgorithm, "EdDSA": OKPAlgorithm, "RS256": RSAAlgorithm}


class IdentityProvider:
    def __init__(self):
        self.private = {}
        self.published = []
        self.asked = 0
        self.is_down = False

    def make_key(self, kid, algorithm="ES256"):
        self.private[kid] = (MAKERS[algorithm](), algorithm)
        self.published.append(self.jwk(kid))

    def jwk(self, kid):
        private, algorithm = self.private[kid]
        return {**_AS_JWK[algorithm].to_jwk(private.public_key(), as_dict=True), "kid": kid, "use": "sig"}

    def withdraw(self, kid):
        self.published = [each for each in self.published if each["kid"] != kid]

    def token(self, kid="first", headers=None, **claims):
        """A sound access token for a party that captures, but for what is named; None leaves a claim out."""
        private, algorithm = self.private[kid]
        now = int(time.time())
        sound = {
            "iss": ISSUER,
            "aud": AUDIENCE,
            "sub": "packhouse-erp",
            "client_id": "packhouse-erp",
            "iat": now,
            "exp": now + 300,
            "jti": "1",
            "gln": PARTY,
            "scope": "openid guoji:capture",
        }
        told = {name: value for name, value in {**sound, **claims}.items() if value is not None}
        return jwt.encode(told, private, algorithm, {"typ": "at+jwt", "kid": kid, **(headers or {})})

    def key_set(self):
        return json.dumps({"keys": self.published}).encode()


@contextmanager
def serving(provider):
    """The address of its keys, on a free port, for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self):
            provider.asked += 1
            body = provider.key_set()
            self.send_response(500 if provider.is_down else 200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_):
            pass

    server = HTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/keys"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
