"""A capture that is signed: the session's key, and whether a message answers its question by it."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from typing import TYPE_CHECKING

from lineproof.domain.capture_film import CapturedFilm
from lineproof.domain.capture_message import MessageRefused
from lineproof.domain.challenge import for_script
from lineproof.domain.liveness import LiveCapture
from lineproof.domain.platform_word import MOST_BYTES, NO_WORD
from lineproof.domain.script import script
from lineproof.domain.token import TokenUse, good, token_hash
from lineproof.flow.refused import RefusalCode, Refused
from lineproof.storage import Taken

if TYPE_CHECKING:
    from collections.abc import Sequence
    from datetime import datetime

    from lineproof.domain.capture_message import Manifest
    from lineproof.domain.challenge import Challenge
    from lineproof.domain.finding import Finding
    from lineproof.domain.platform_word import PlatformWord
    from lineproof.ports import Service
    from lineproof.storage import Transaction


@dataclass(frozen=True, slots=True, kw_only=True)
class Signed:
    """A manifest as it came, its signature, and the session whose key is to have made it.

    ``film`` is the sheet of small pictures that the manifest tells of, and ``attestation`` what the
    telephone's platform states of the app, where an app has that.
    """

    session: str = field(repr=False)
    manifest: bytes = field(repr=False)
    signature: bytes = field(repr=False)
    film: bytes | None = field(default=None, repr=False)
    attestation: bytes | None = field(default=None, repr=False)


def register_key(service: Service, session: str, key: str, *, now: datetime) -> str | Refused:
    """Bind a public key to a session, once and for good; give its thumbprint.

    The same key again is answered alike: an answer may have been lost. Another is refused, for who
    has got hold of a session would put their own in its place.
    """
    thumbprint = service.messages.thumbprint(key)
    if thumbprint is None:
        sentence = "This is no public key of P-256: send the uncompressed point, base64url."
        return Refused(RefusalCode.KEY_REFUSED, sentence, about="key_not_p256")
    hashed = token_hash(session)
    with service.store.begin() as tx:
        if not good(tx.token(hashed), TokenUse.SESSION, now=now):
            sentence = "This session is over. Begin a new one."
            return Refused(RefusalCode.TOKEN_REFUSED, sentence)
        try:
            tx.register_key(hashed, key)
        except Taken:
            known = service.messages.thumbprint(tx.registered_key(hashed) or "")
            if known != thumbprint:
                sentence = "This session has another key already. Begin a new session."
                return Refused(RefusalCode.KEY_REFUSED, sentence, about="key_registered")
    return thumbprint


def key_of(tx: Transaction, signed: Signed) -> str | None:
    """Give the key that the session of a signed capture registered."""
    return tx.registered_key(token_hash(signed.session))


def holds(  # noqa: PLR0913, PLR0917 - the facts of one message
    service: Service,
    challenge: Challenge,
    key: str | None,
    signed: Signed,
    frames: Sequence[bytes],
    nonce: str,
    now: datetime,
) -> LiveCapture | Refused:
    """Give what a message tells of its frames, or why it is not taken.

    Nothing is decoded, kept or spent.
    """
    if key is None or challenge.variant is None:
        return _refused(MessageRefused.KEY_MISSING)
    found = service.messages.checked(
        signed.manifest,
        frames,
        film=signed.film,
        signature=signed.signature,
        key=key,
        nonce=nonce,
        case=challenge.case,
        elapsed_ms=(now - challenge.asked_at) // timedelta(milliseconds=1),
    )
    if isinstance(found, MessageRefused):
        return _refused(found)
    platform = _platform(service, signed.attestation, nonce=nonce, key=found.key)
    if isinstance(platform, MessageRefused):
        return _refused(platform)
    return LiveCapture(
        script=script(challenge.variant, for_script(nonce)),
        at_ms=tuple(frame.client_ms for frame in found.frames),
        digests=tuple(frame.digest for frame in found.frames),
        camera=found.camera.label,
        platform=platform,
        film=_film(found, signed.film),
    )


def _film(told: Manifest, sheet: bytes | None) -> CapturedFilm | None:
    if told.film is None or sheet is None:
        return None
    return CapturedFilm(told.film.client_ms, sheet)


def _platform(
    service: Service, statement: bytes | None, *, nonce: str, key: str
) -> Finding[PlatformWord] | MessageRefused:
    """Give what a platform's statement says; nobody needs one."""
    if statement is None:
        return NO_WORD
    if len(statement) > MOST_BYTES:
        return MessageRefused.ATTESTATION_TOO_LARGE
    if not statement:
        return MessageRefused.ATTESTATION_MALFORMED
    return service.attestation.checked(statement, nonce=nonce, key=key)


def _refused(why: MessageRefused) -> Refused:
    sentence = "The pictures do not belong to this question. Nothing was looked at; ask anew."
    return Refused(RefusalCode.MESSAGE_REFUSED, sentence, about=str(why))
