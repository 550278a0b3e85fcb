"""A subscriber's browser, for tests, demonstrations and applications on a telephone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from lineproof.client.answers_read import (
    CaptureAnswer,
    ChallengeAnswer,
    DocumentAnswer,
    OwnCaseAnswer,
    OwnLineAnswer,
    OwnLockAnswer,
    answered,
    read,
    told_by,
)

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import httpx


@dataclass(slots=True)
class SubscriberClient:
    """Acts in one case, with a session of it."""

    http: httpx.Client
    session: str = field(repr=False)

    @classmethod
    def begin(cls, http: httpx.Client, client_secret: str) -> SubscriberClient:
        """Exchange the client secret, which works once."""
        told = told_by(http.post("/v1/sessions", json={"client_secret": client_secret}))
        return cls(http, str(told["session"]))

    def look(self) -> OwnCaseAnswer:
        """Say where the case stands and what comes next."""
        return answered(self._call("GET", ""), OwnCaseAnswer)

    def consent(self, purpose: str, *, text_version: str, language: str) -> OwnCaseAnswer:
        """Consent to one purpose."""
        asked = {"purpose": purpose, "text_version": text_version, "language": language}
        return answered(self._call("POST", "/consents", json=asked), OwnCaseAnswer)

    def other_way(self, route: str) -> OwnCaseAnswer:
        """Leave the face check for another way."""
        return answered(self._call("POST", "/other-way", json={"route": route}), OwnCaseAnswer)

    def withdraw(self) -> OwnCaseAnswer:
        """Stop the case; what is held is deleted."""
        return answered(self._call("DELETE", ""), OwnCaseAnswer)

    def show_document(
        self, pages: Sequence[bytes], *, chip: Mapping[str, bytes] | None = None
    ) -> DocumentAnswer:
        """Show photographs of the document, and its chip's files by name."""
        files = [("page", ("page", page)) for page in pages] + _chip(chip or {})
        return answered(self._call("POST", "/documents", files=files), DocumentAnswer)

    def register_key(self, key: str) -> str:
        """Bind the public key that signs captures (base64url); give its thumbprint."""
        return str(told_by(self._call("POST", "/keys", json={"key": key}))["thumbprint"])

    def challenge(self, variant: str | None = None) -> ChallengeAnswer:
        """Ask for one capture, or one answer of the chip; with a variant, for a script."""
        asked = {} if variant is None else {"variant": variant}
        return answered(self._call("POST", "/challenges", params=asked), ChallengeAnswer)

    def capture(  # noqa: PLR0913 - one keyword for each part that may be sent
        self,
        frames: Sequence[bytes],
        *,
        nonce: str,
        manifest: bytes | None = None,
        signature: bytes | None = None,
        film: bytes | None = None,
        attestation: bytes | None = None,
    ) -> CaptureAnswer:
        """Show the face; where a script was asked for, with the signed manifest.

        Where the script has colours a ``film`` of their changes belongs to it. An app may add its
        platform's ``attestation``.
        """
        files = [("frame", ("frame", frame)) for frame in frames]
        beside = {
            "manifest": manifest,
            "signature": signature,
            "film": film,
            "attestation": attestation,
        }
        files += [(name, (name, part)) for name, part in beside.items() if part is not None]
        sent = {"nonce": nonce}
        return answered(self._call("POST", "/captures", files=files, data=sent), CaptureAnswer)

    def prove_by_chip(self, chip: Mapping[str, bytes], *, nonce: str) -> CaptureAnswer:
        """Show the chip alone, which signed the challenge."""
        sent = {"nonce": nonce}
        response = self._call("POST", "/chip-proofs", files=_chip(chip), data=sent)
        return answered(response, CaptureAnswer)

    def lines(self) -> tuple[OwnLineAnswer, ...]:
        """Read the lines in one's name, after a check that was passed."""
        told = told_by(self._call("GET", "/lines"))
        return tuple(read(OwnLineAnswer, each) for each in told["lines"])

    def lock(self, line: str) -> OwnLockAnswer:
        """Lock one of one's own lines, as the list names it."""
        return answered(self._call("POST", "/locks", json={"line": line}), OwnLockAnswer)

    def _call(
        self,
        method: str,
        path: str,
        **more: Any,  # noqa: ANN401 - what httpx takes
    ) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self.session}"}
        return self.http.request(method, f"/v1/session{path}", headers=headers, **more)


def _chip(files: Mapping[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("chip", (name, content)) for name, content in files.items()]
