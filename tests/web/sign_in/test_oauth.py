from __future__ import annotations

import json
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode

import pytest
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from joserfc import jwt
from joserfc.jwk import ECKey, OctKey, OKPKey, RSAKey
from joserfc.util import urlsafe_b64encode

from lineproof.web.sign_in.access_token import granted, token_request
from lineproof.web.sign_in.client_keys import KeysRefused, read_keys
from lineproof.web.sign_in.sealed_token import make_token
from tests.regime import NOW
from tests.web.sign_in.frontage import ENDPOINT, Frontage, Key, claims, form, p256, signed

if TYPE_CHECKING:
    import httpx

KEY, OTHER = p256("a"), p256("a")


@pytest.fixture
def client(frontage: Frontage) -> Frontage:
    """Give a service that knows the system ``op`` by one key, and another by another."""
    frontage.add_client("op", KEY)
    frontage.add_client("other", OTHER)
    return frontage


def asked(frontage: Frontage, assertion: str, **more: str) -> httpx.Response:
    """Ask for a token."""
    answer: httpx.Response = frontage.http().post("/v1/oauth/token", data=form(assertion, **more))
    return answer


def test_an_assertion_gets_a_token(client: Frontage) -> None:
    """The token is opaque, good for ten minutes, and says whose it is only to us."""
    answer = asked(client, signed(KEY, claims("op")))
    assert answer.status_code == 200, answer.text
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json()
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 600)
    assert "op" not in body["access_token"].split(".")
    found = granted(client.door, body["access_token"], now=NOW + timedelta(seconds=599))
    assert found is not None
    assert found.id == "op"
    assert granted(client.door, body["access_token"], now=NOW + timedelta(seconds=600)) is None


@pytest.mark.parametrize(
    ("key", "alg"),
    [
        (OKPKey.generate_key("Ed25519", {"kid": "b"}), "EdDSA"),
        (OKPKey.generate_key("Ed25519", {"kid": "b"}), "Ed25519"),
        (RSAKey.generate_key(2048, {"kid": "b"}), "PS256"),
        (RSAKey.generate_key(2048, {"kid": "b"}), "RS256"),
        (p256("b"), "ES256"),
    ],
    ids=["EdDSA", "Ed25519", "PS256", "RS256", "ES256"],
)
def test_every_allowed_algorithm(frontage: Frontage, key: Key, alg: str) -> None:
    """And the kid says which of two keys is meant."""
    frontage.add_client("op", KEY, key)
    assert asked(frontage, signed(key, claims("op"), alg=alg)).status_code == 200
    wrong_kid = signed(key, claims("op", jti="two"), alg=alg, kid="a")
    assert asked(frontage, wrong_kid).status_code == 401


SECONDS = int(NOW.timestamp())
WRONG_CLAIMS: dict[str, dict[str, Any]] = {
    "another audience": {"aud": "https://elsewhere.example/v1/oauth/token"},
    "two audiences": {"aud": [ENDPOINT, "https://elsewhere.example"]},
    "no audience": {"aud": None},
    "a longer audience": {"aud": ENDPOINT + "/"},
    "another subject": {"sub": "other"},
    "another issuer": {"iss": "other"},
    "another client altogether": {"iss": "other", "sub": "other"},
    "an unknown client": {"iss": "nobody", "sub": "nobody"},
    "no issuer": {"iss": None},
    "an issuer that is no text": {"iss": ["op"], "sub": ["op"]},
    "no jti": {"jti": None},
    "a long jti": {"jti": "x" * 129},
    "a jti that is no text": {"jti": 7},
    "no expiry": {"exp": None},
    "no time of issue": {"iat": None},
    "expired": {"iat": SECONDS - 100, "exp": SECONDS - 31},
    "from the future": {"iat": SECONDS + 31, "exp": SECONDS + 91},
    "not yet": {"nbf": SECONDS + 31},
    "living six minutes": {"exp": SECONDS + 360},
    "expiring before it was made": {"exp": SECONDS - 5},
    "no number": {"exp": str(SECONDS + 60)},
    "true for a number": {"iat": True},
    "the year 300,000": {"exp": 9.9e15},
    "infinity": {"exp": 1e400},
    "not a number": {"exp": float("nan")},
}


@pytest.mark.parametrize("said", WRONG_CLAIMS.values(), ids=WRONG_CLAIMS)
def test_wrong_claims_prove_nothing(client: Frontage, said: dict[str, Any]) -> None:
    """One answer for all of them, so that nobody learns which it was."""
    answer = asked(client, signed(KEY, claims("op", **said)))
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"
    unknown = asked(client, signed(OTHER, claims("nobody")))
    assert answer.json() == unknown.json()


def test_the_limits_of_time_are_where_they_are_said(client: Frontage) -> None:
    """30 seconds of skew, five minutes of life: just inside is good."""
    inside: list[dict[str, Any]] = [
        {"iat": SECONDS - 100, "exp": SECONDS - 29},
        {"iat": SECONDS + 30, "exp": SECONDS + 90},
        {"exp": SECONDS + 300},
        {"aud": [ENDPOINT]},
    ]
    for jti, said in enumerate(inside):
        good = {**claims("op", jti=str(jti)), **said}
        assert asked(client, signed(KEY, good)).status_code == 200, said


def test_an_assertion_serves_once(client: Frontage) -> None:
    """A replay gets nothing; another client may use the same jti."""
    assertion = signed(KEY, claims("op"))
    assert asked(client, assertion).status_code == 200
    assert asked(client, assertion).json()["error"] == "invalid_client"
    client.now += timedelta(seconds=89)
    assert asked(client, assertion).status_code == 401
    assert asked(client, signed(OTHER, claims("other", now=client.now))).status_code == 200


def test_a_hundred_at_once_get_one_token(client: Frontage) -> None:
    """Single use holds under concurrency."""
    body = urlencode(form(signed(KEY, claims("op")))).encode()
    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(lambda _: token_request(client.door, body), range(100)))
    assert sum(hasattr(answer, "token") for answer in answers) == 1


def _unsigned(header: dict[str, Any], said: dict[str, Any]) -> str:
    parts = [urlsafe_b64encode(json.dumps(part).encode()).decode() for part in (header, said)]
    return ".".join([*parts, ""])


def test_no_signature_is_no_proof(client: Frontage) -> None:
    """``none`` in every spelling, and a good header over an empty signature."""
    for alg in ("none", "None", "NONE", "", None, ["ES256"], "ES256"):
        assertion = _unsigned({"alg": alg, "kid": "a"}, claims("op"))
        assert asked(client, assertion).status_code == 401, alg


@pytest.mark.parametrize("encoding", [serialization.Encoding.PEM, serialization.Encoding.DER])
def test_the_public_key_is_no_secret(client: Frontage, encoding: serialization.Encoding) -> None:
    """An HMAC whose key is the client's public key proves nothing."""
    public = KEY.public_key.public_bytes(encoding, serialization.PublicFormat.SubjectPublicKeyInfo)
    for secret in (public, json.dumps(KEY.as_dict(private=False)).encode()):
        forged = OctKey.import_key(secret.hex())
        header = {"alg": "HS256", "kid": "a"}
        assertion = jwt.encode(header, claims("op"), forged, algorithms=["HS256"])
        assert asked(client, assertion).status_code == 401


def test_a_key_that_comes_along_is_not_used(client: Frontage) -> None:
    """Neither jwk nor jku nor an unknown kid, type or critical header helps."""
    carried: list[dict[str, Any]] = [
        {"jwk": OTHER.as_dict(private=False)},
        {"jku": "https://elsewhere.example/keys"},
        {"kid": "b"},
    ]
    for header in carried:
        assert asked(client, signed(OTHER, claims("op"), **header)).status_code == 401, header
    wrong: list[dict[str, Any]] = [
        {"typ": "at+jwt"},
        {"crit": ["exp"]},
        {"kid": ["a"]},
        {"kid": ""},
    ]
    for header in wrong:
        protected = _unsigned({"alg": "ES256", "kid": "a", **header}, claims("op"))
        assert KEY.private_key is not None
        proof = KEY.private_key.sign(protected[:-1].encode(), ec.ECDSA(hashes.SHA256()))
        numbers = b"".join(number.to_bytes(32) for number in decode_dss_signature(proof))
        forged = protected + urlsafe_b64encode(numbers).decode()
        assert asked(client, forged).status_code == 401, header
    typed = signed(KEY, claims("op", jti="typed"), typ="at+jwt")
    assert asked(client, typed).status_code == 401
    told = signed(KEY, claims("op", jti="told"), typ="client-authentication+jwt")
    assert asked(client, told).status_code == 200


def test_another_client_does_not_pass_for_this_one(client: Frontage) -> None:
    """Signed by another's key, or named otherwise by the form."""
    assert asked(client, signed(OTHER, claims("op"))).status_code == 401
    assert asked(client, signed(KEY, claims("op")), client_id="other").status_code == 401
    assert asked(client, signed(KEY, claims("op")), client_id="op").status_code == 200


def test_whoever_was_shut_out_is_out_at_once(client: Frontage) -> None:
    """No new token, and the ones that are out are worth nothing."""
    token = asked(client, signed(KEY, claims("op"))).json()["access_token"]
    client.add_client("op", KEY, active=False)
    assert granted(client.door, token, now=NOW) is None
    assert asked(client, signed(KEY, claims("op", jti="two"))).status_code == 401


def test_what_is_no_assertion(client: Frontage) -> None:
    """Whatever the bytes, an answer and no fault."""
    good = signed(KEY, claims("op"))
    for assertion in (
        "",
        "a",
        "a.b",
        "a.b.c",
        "...",
        "é.é.é",
        good + "x",
        good + ".x",
        good[:-2],
        good.replace(".", ".A", 1),
        "[" * 5000,
        f"{'A' * 400}.{good}",
        _unsigned({"alg": "ES256", "kid": "a"}, []) + "AAAA",  # type: ignore[arg-type]
        urlsafe_b64encode(b'{"alg":"ES256","kid":"a"}').decode()
        + "."
        + urlsafe_b64encode(b"[" * 3000).decode()
        + ".AAAA",
    ):
        answer = asked(client, assertion)
        assert answer.status_code in {400, 401}, assertion[:30]
        assert answer.json()["error"] in {"invalid_client", "invalid_request"}
    large = signed(KEY, claims("op", more="x" * 9000))
    assert asked(client, large).status_code == 401
    assert asked(client, "x" * 20_000).status_code == 413


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": ""}, "invalid_request"),
        ({"client_assertion_type": "urn:other"}, "invalid_request"),
        ({"scope": "admin"}, "invalid_scope"),
        ({"client_secret": "x"}, "invalid_request"),
    ],
)
def test_the_form_is_the_standards(client: Frontage, changed: dict[str, str], error: str) -> None:
    """Each error has the standard's word (RFC 6749, 5.2), and the assertion is not spent by it."""
    assertion = signed(KEY, claims("op"))
    answer = asked(client, assertion, **changed)
    assert answer.status_code == 400
    assert answer.json()["error"] == error
    assert set(answer.json()) == {"error", "error_description"}
    assert asked(client, assertion, scope="operator").status_code == 200


def test_one_way_to_authenticate_and_each_name_once(client: Frontage) -> None:
    """A second way beside the assertion, or a name that stands twice, is refused."""
    http, good = client.http(), form(signed(KEY, claims("op")))
    twice = "&".join(["grant_type=client_credentials"] * 2)
    for content in (twice, b"\xff", b'{"grant_type":"client_credentials"}', b"", "a=1&" * 30):
        assert http.post("/v1/oauth/token", content=content).status_code == 400
    basic = http.post("/v1/oauth/token", data=good, auth=("op", "secret"))
    assert basic.json()["error"] == "invalid_request"


def test_only_an_access_token_is_one(client: Frontage) -> None:
    """Neither a token of another purpose nor a changed one opens the service."""
    life = timedelta(minutes=10)
    said = {"client": "op", "scope": "operator"}
    door = client.door
    good = make_token(door.sealer, purpose="access_token", said=said, now=NOW, life=life)
    other = make_token(door.sealer, purpose="staff_session", said=said, now=NOW, life=life)
    less = make_token(
        door.sealer, purpose="access_token", said={**said, "scope": "x"}, now=NOW, life=life
    )
    assert granted(door, good, now=NOW) is not None
    assert granted(door, good, now=NOW - timedelta(seconds=31)) is None
    for token in (other, less, good[:-1], good[1:], good + "A", "", "é", "A" * 5000, good + "="):
        assert granted(door, token, now=NOW) is None


def _set(*keys: dict[str, Any]) -> str:
    return json.dumps({"keys": list(keys)})


def test_keys_are_public_strong_and_named() -> None:
    """What an operator gives us as keys is checked before it is kept."""
    public = KEY.as_dict(private=False)
    assert not isinstance(read_keys(_set(public)), KeysRefused)
    wrong = {
        "private": _set(KEY.as_dict(private=True)),
        "shared": _set({"kty": "oct", "k": "c2VjcmV0", "kid": "s"}),
        "no kid": _set({name: value for name, value in public.items() if name != "kid"}),
        "one kid twice": _set(public, public),
        "another curve": _set(ECKey.generate_key("P-384", {"kid": "c"}).as_dict(private=False)),
        "for agreement": _set(OKPKey.generate_key("X25519", {"kid": "c"}).as_dict(private=False)),
        "short": _set(
            {"kty": "RSA", "kid": "r", "e": "AQAB", "n": urlsafe_b64encode(b"\xc1" * 128).decode()}
        ),
        "for encryption": _set({**public, "use": "enc"}),
        "not on the curve": _set({**public, "x": public["y"]}),
        "nothing": '{"keys": []}',
        "too many": _set(*({**public, "kid": str(n)} for n in range(11))),
        "no set": "[]",
        "no JSON": "{",
        "deep": "[" * 20_000,
        "large": " " * 40_000,
        "kty no text": _set({**public, "kty": ["EC"]}),
        "no object": '{"keys": [1]}',
    }
    assert [
        name for name, text in wrong.items() if not isinstance(read_keys(text), KeysRefused)
    ] == []
