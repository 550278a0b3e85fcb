from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from cloudevents.core.bindings.http import HTTPMessage, from_structured
from cloudevents.core.formats.json import JSONFormat
from standardwebhooks.webhooks import Webhook, WebhookVerificationError

from lineproof.adapters.pinned_post import PinnedPost
from lineproof.adapters.webhooks import Webhooks, is_secret, new_secret, sealed
from lineproof.ports import Unavailable
from lineproof.storage_records import Endpoint
from tests.adapters.receiver import HTTPS_PORT, NAME, closed_port, contexts, receiver

if TYPE_CHECKING:
    from collections.abc import Sequence
    from pathlib import Path

    from lineproof.ports import Announcer
    from tests.adapters.receiver import Received

SOURCE = "urn:lineproof:test"
BODY = {
    "endpoint": "end-1",
    "type": "case.approved",
    "case": "case-1",
    "kind": "new_line",
    "status": "approved",
    "at": "2026-11-25T12:00:00.123456+00:00",
    "msisdn": "491511234567",
}
TRIAL = PinnedPost(private_hosts=frozenset({"127.0.0.1"}))


class LabelSealer:
    """Seals with a label instead of a cipher: enough to see that purpose and context are used."""

    def seal(self, content: bytes, *, purpose: str, context: str) -> bytes:
        """Put the label in front."""
        return f"{purpose}/{context}/".encode() + content

    def unseal(self, envelope: bytes, *, purpose: str, context: str) -> bytes | None:
        """Take the label off."""
        label = f"{purpose}/{context}/".encode()
        return envelope.removeprefix(label) if envelope.startswith(label) else None


def endpoint(url: str, *secrets: str) -> Endpoint:
    """Make an endpoint whose secrets are sealed for it."""
    kept = tuple(sealed(each, endpoint_id="end-1", sealer=LabelSealer()) for each in secrets)
    return Endpoint(id="end-1", client="op-1", url=url, sealed_secrets=kept, active=True)


def webhooks(post: PinnedPost = TRIAL, *, late: timedelta = timedelta()) -> Announcer:
    """Make the announcer, with a clock that may be wrong."""
    return Webhooks(
        source=SOURCE,
        sealer=LabelSealer(),
        clock=lambda: datetime.now(UTC) - late,
        post=post,
    )


def verified(secret: str, one: Received) -> object:
    """Verify as an operator's system does, with the standard's own library."""
    return Webhook(secret).verify(one.body, one.headers)


def test_an_event_is_signed_as_the_standard_says() -> None:
    """The standard's own library accepts it, and rejects it where one byte is another."""
    secret = new_secret()
    with receiver() as there:
        webhooks().announce(endpoint(there.url, secret), event_id="msg-1", body=BODY)
    (one,) = there.received
    assert one.path == "/hooks"
    assert one.headers["webhook-id"] == "msg-1"
    assert one.headers["content-type"] == "application/cloudevents+json"
    verified(secret, one)
    with pytest.raises(WebhookVerificationError):
        Webhook(secret).verify(one.body.replace(b"approved", b"refused!"), one.headers)
    with pytest.raises(WebhookVerificationError):
        verified(new_secret(), one)


def test_an_event_is_a_cloud_event_and_holds_no_more_than_it_should() -> None:
    """Id, source, type, subject and time stand in it; a telephone number does not."""
    with receiver() as there:
        webhooks().announce(endpoint(there.url, new_secret()), event_id="msg-1", body=BODY)
    (one,) = there.received
    message = HTTPMessage({"content-type": one.headers["content-type"]}, one.body)
    event = from_structured(message, JSONFormat())
    assert event.get_attributes() == {
        "specversion": "1.0",
        "id": "msg-1",
        "source": SOURCE,
        "type": "org.lineproof.case.approved",
        "subject": "case-1",
        "time": datetime(2026, 11, 25, 12, 0, 0, 123456, UTC),
        "datacontenttype": "application/json",
    }
    assert event.get_data() == {"case": "case-1", "kind": "new_line", "status": "approved"}
    assert b"491511234567" not in one.body
    assert json.loads(one.body)["time"].endswith("Z")


def test_while_secrets_are_rotated_either_verifies() -> None:
    """Two signatures stand in the header, of which a receiver needs one."""
    old, new = new_secret(), new_secret()
    with receiver() as there:
        webhooks().announce(endpoint(there.url, new, old), event_id="msg-1", body=BODY)
    (one,) = there.received
    assert one.headers["webhook-signature"].count("v1,") == 2
    verified(old, one)
    verified(new, one)


def test_a_repetition_has_the_same_id_and_is_signed_anew() -> None:
    """A receiver tells it by its id; a signature that was made long ago would not be accepted."""
    secret = new_secret()
    with receiver() as there:
        there.status = 500
        with pytest.raises(Unavailable):
            webhooks(late=timedelta(hours=1)).announce(
                endpoint(there.url, secret), event_id="msg-1", body=BODY
            )
        there.status = 200
        webhooks().announce(endpoint(there.url, secret), event_id="msg-1", body=BODY)
    first, second = there.received
    assert first.body == second.body
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    verified(secret, second)
    with pytest.raises(WebhookVerificationError):
        verified(secret, first)


@pytest.mark.parametrize("status", [200, 201, 202, 204])
def test_any_success_is_a_delivery(status: int) -> None:
    """No more is asked of a receiver than an answer of the 2xx class."""
    with receiver() as there:
        there.status = status
        webhooks().announce(endpoint(there.url, new_secret()), event_id="msg-1", body=BODY)
    assert len(there.received) == 1


@pytest.mark.parametrize("status", [301, 302, 307, 308, 400, 401, 404, 410, 429, 500, 503])
def test_any_other_answer_is_none(status: int) -> None:
    """It is tried again later; a redirect is not followed, wherever it leads."""
    with receiver() as there, receiver() as elsewhere:
        there.status = status
        there.headers = {"location": elsewhere.url}
        with pytest.raises(Unavailable) as unavailable:
            webhooks().announce(endpoint(there.url, new_secret()), event_id="msg-1", body=BODY)
    assert unavailable.value.code == f"answered_{status}"
    assert len(there.received) == 1
    assert elsewhere.received == []


@pytest.mark.parametrize("how", ["silent", "dripping"])
def test_a_slow_receiver_is_not_waited_for(how: str) -> None:
    """One that says nothing, and one whose every byte would begin a new wait."""
    with receiver() as there:
        setattr(there, how, True)
        with pytest.raises(Unavailable) as unavailable:
            webhooks(PinnedPost(private_hosts=frozenset({"127.0.0.1"}), timeout=0.5)).announce(
                endpoint(there.url, new_secret()), event_id="msg-1", body=BODY
            )
    assert unavailable.value.code == "timeout"


def test_where_nobody_listens() -> None:
    """It is unreachable, and that is all that is said."""
    url = f"http://127.0.0.1:{closed_port()}/"
    with pytest.raises(Unavailable) as unavailable:
        webhooks().announce(endpoint(url, new_secret()), event_id="msg-1", body=BODY)
    assert unavailable.value.code == "unreachable"


class Names:
    """Resolves every name, each time to the next of its answers, and counts."""

    def __init__(self, *answers: Sequence[str]) -> None:
        self.answers = list(answers)
        self.asked: list[tuple[str, int]] = []

    def __call__(self, host: str, port: int) -> Sequence[str]:
        """Give the next answer."""
        self.asked.append((host, port))
        return self.answers[len(self.asked) - 1]


def test_a_name_is_looked_up_once_and_tls_asks_for_that_name(tmp_path: Path) -> None:
    """A name that changes its address between check and connection changes nothing."""
    server, trusted = contexts(tmp_path)
    secret = new_secret()
    with receiver(server) as there:
        names = Names([there.host], ["10.0.0.1"])
        post = PinnedPost(private_hosts=frozenset({NAME}), resolver=names, tls=trusted)
        url = f"https://{NAME}:{HTTPS_PORT}/hooks?x=1"
        webhooks(post).announce(endpoint(url, secret), event_id="msg-1", body=BODY)
    (one,) = there.received
    assert names.asked == [(NAME, HTTPS_PORT)]
    assert there.names == [NAME]
    assert one.headers["host"] == f"{NAME}:{HTTPS_PORT}"
    assert one.path == "/hooks?x=1"
    verified(secret, one)


def test_another_names_certificate_is_not_accepted(tmp_path: Path) -> None:
    """Who answers at the address must be who the name says."""
    server, trusted = contexts(tmp_path, "someone.else.example")
    with receiver(server) as there:
        post = PinnedPost(
            private_hosts=frozenset({NAME}), resolver=Names([there.host]), tls=trusted
        )
        url = f"https://{NAME}:{HTTPS_PORT}/hooks"
        with pytest.raises(Unavailable) as unavailable:
            webhooks(post).announce(endpoint(url, new_secret()), event_id="msg-1", body=BODY)
    assert unavailable.value.code == "tls_failed"
    assert there.received == []


def test_the_next_address_is_tried_where_the_first_does_not_answer(tmp_path: Path) -> None:
    """A name with a dead address and a living one is reached."""
    server, trusted = contexts(tmp_path)
    with receiver(server) as there:
        names = Names(["127.255.255.254", there.host])
        post = PinnedPost(private_hosts=frozenset({NAME}), resolver=names, tls=trusted)
        url = f"https://{NAME}:{HTTPS_PORT}/hooks"
        webhooks(post).announce(endpoint(url, new_secret()), event_id="msg-1", body=BODY)
    assert len(there.received) == 1


@pytest.mark.parametrize(
    "url", ["http://127.0.0.1:{port}/", "https://localhost:{port}/", f"https://{NAME}/"]
)
def test_this_machine_is_reached_only_where_it_was_named(url: str) -> None:
    """Written as an address, as a name, or as a name that turns out to be one's own."""
    with receiver() as there:
        post = PinnedPost(resolver=Names(["127.0.0.1"]))
        with pytest.raises(Unavailable) as unavailable:
            webhooks(post).announce(
                endpoint(url.format(port=there.port), new_secret()), event_id="msg-1", body=BODY
            )
    assert unavailable.value.code == "address_refused"
    assert there.received == []


def test_a_name_without_an_address() -> None:
    """The name may have one later, so it is tried again."""

    def resolver(_: str, __: int) -> Sequence[str]:
        raise OSError("no such name")

    with pytest.raises(Unavailable) as unavailable:
        webhooks(PinnedPost(resolver=resolver)).announce(
            endpoint(f"https://{NAME}/", new_secret()), event_id="msg-1", body=BODY
        )
    assert unavailable.value.code == "address_unknown"


def test_no_proxy_of_the_environment_is_used(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy would look the name up again, and read what is sent."""
    with receiver() as there, receiver() as proxy:
        for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy"):
            monkeypatch.setenv(name, f"http://127.0.0.1:{proxy.port}")
        webhooks().announce(endpoint(there.url, new_secret()), event_id="msg-1", body=BODY)
    assert len(there.received) == 1
    assert proxy.received == []


def test_a_secret_that_does_not_open_sends_nothing() -> None:
    """Another deployment's envelope is not taken for a secret."""
    other = sealed(new_secret(), endpoint_id="end-2", sealer=LabelSealer())
    with receiver() as there:
        at = Endpoint(
            id="end-1", client="op-1", url=there.url, sealed_secrets=(other,), active=True
        )
        with pytest.raises(Unavailable) as unavailable:
            webhooks().announce(at, event_id="msg-1", body=BODY)
    assert unavailable.value.code == "secret"
    assert there.received == []


def test_secrets_are_the_standards() -> None:
    """Prefix, base64 and length are checked before a secret that somebody brings is taken."""
    made = new_secret()
    assert is_secret(made)
    assert made != new_secret()
    for wrong in ("", "whsec_", made[6:], "whsec_c2hvcnQ=", made + "!", "whsec_" + "A" * 120):
        assert not is_secret(wrong)
