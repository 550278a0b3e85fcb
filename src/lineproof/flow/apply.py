"""Opening a case, and letting the subscriber's browser act in it."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from lineproof.domain.case import FINAL, Case, Kind, Status
from lineproof.domain.line import ADDS_A_LINE, NEEDS_A_LINE, Standing, hindered
from lineproof.domain.notice import NoticeKind
from lineproof.domain.profile import Channel
from lineproof.domain.token import LIFE_OF, Token, TokenUse, good, token_hash
from lineproof.flow.fresh import new_id, new_secret
from lineproof.flow.moving import announce, logged, notify, reachable
from lineproof.flow.refused import UNKNOWN, RefusalCode, Refused, forbidden_by, not_now
from lineproof.storage import Taken

if TYPE_CHECKING:
    from datetime import datetime

    from lineproof.domain.audit import Actor
    from lineproof.domain.case import HandledBy
    from lineproof.domain.line import Line
    from lineproof.domain.profile import Profile
    from lineproof.domain.sim import Sim
    from lineproof.ports import Service
    from lineproof.storage import Transaction

NEEDS_A_SIM = frozenset({Kind.NEW_LINE, Kind.PORT_IN, Kind.SIM_REPLACEMENT})
OPEN = frozenset(Status) - FINAL
MAY_HAVE_A_SIM = NEEDS_A_SIM | {Kind.TRANSFER}


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """What an operator's system asks for."""

    operator: str
    kind: Kind
    msisdn: str = field(repr=False)
    """E.164 without the plus sign."""
    sim: Sim | None = field(repr=False)
    handled_by: HandledBy | None
    second_channel: str | None = field(repr=False)
    """For a line that the person will hold: where notices go besides the line itself."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A case, and the secret by which the subscriber's browser gets its session, once."""

    case: Case
    client_secret: str = field(repr=False)


def open_case(
    service: Service, application: Application, *, actor: Actor, now: datetime
) -> Opened | Refused:
    """Open a case, unless the line's own facts forbid it already."""
    with service.store.begin() as tx:
        return open_in(tx, service, application, actor=actor, now=now)


def open_in(
    tx: Transaction, service: Service, application: Application, *, actor: Actor, now: datetime
) -> Opened | Refused:
    """Open a case in a transaction that the caller began."""
    if refused := _incomplete(application):
        return refused
    line = tx.line(application.msisdn)
    if line is not None and line.operator != application.operator:
        # To one operator another's line is as unknown as none, and its number as taken.
        line = None if application.kind in NEEDS_A_LINE else line
    # After the line and a person, a SIM is locked last, so that no two wait for each other.
    sim, number = application.sim, application.msisdn
    taken = sim is not None and tx.sim_taken(sim, msisdn=number, statuses=OPEN)
    before = _beforehand(application.kind, line, now, sim_taken=taken)
    if reasons := hindered(before, service.profile):
        return forbidden_by(reasons)
    case = _case(application, service.profile, now)
    secret = new_secret()
    tx.add_case(case)
    tx.add_token(_token(secret, TokenUse.CLIENT_SECRET, case.id, now))
    if case.kind is Kind.TRANSFER:
        # Only the line itself is asked: whoever asks for the transfer could name any other address.
        only = {Channel.OLD_SIM: f"tel:+{case.msisdn}"}
        notify(
            tx,
            case,
            NoticeKind.HOLDER_ASKED,
            addresses=only,
            answer=TokenUse.HOLDER,
            hasher=service.hasher,
            now=now,
        )
        if line is not None and line.second_channel is not None:
            # Whoever has the telephone answers for the line: its holder hears of it elsewhere, and
            # cannot answer there, so that neither a telephone nor a mailbox alone can agree.
            notify(
                tx,
                case,
                NoticeKind.HOLDER_ASKED,
                addresses={Channel.SECOND_CHANNEL: line.second_channel},
                answer=None,
                hasher=service.hasher,
                now=now,
            )
    if case.kind is Kind.RECHECK and line is not None:
        notify(
            tx,
            case,
            NoticeKind.RECHECK_ASKED,
            addresses=reachable(line.msisdn, line.second_channel),
            answer=None,
            hasher=service.hasher,
            now=now,
        )
    logged(tx, case, "case_opened", actor=actor, now=now)
    announce(tx, case, now=now)
    return Opened(case=case, client_secret=secret)


def exchange(service: Service, secret: str, *, now: datetime) -> tuple[Case, str] | Refused:
    """Exchange a client secret, once, for a session of its case; give the case and the session."""
    refused = Refused(
        RefusalCode.TOKEN_REFUSED,
        "This link was used already or is too old. Ask where you got it for a new one.",
    )
    with service.store.begin() as tx:
        token = tx.token(token_hash(secret))
        case = tx.case(token.case) if token is not None else None
        if token is None or case is None or not good(token, TokenUse.CLIENT_SECRET, now=now):
            return refused
        try:
            tx.spend_token(token.hash, now=now)
        except Taken:
            return refused
        session = new_secret()
        tx.add_token(_token(session, TokenUse.SESSION, case.id, now))
        return case, session


def renew(service: Service, case_id: str, *, actor: Actor, now: datetime) -> Opened | Refused:
    """Make a new client secret for a case, and end its sessions: for a link that was lost."""
    with service.store.begin() as tx:
        case = tx.case(case_id)
        if case is None:
            return UNKNOWN
        if case.status in FINAL:
            # Whoever holds the operator's credentials would read a person's lines by an old case.
            return not_now(case.status)
        uses = frozenset({TokenUse.CLIENT_SECRET, TokenUse.SESSION})
        tx.spend_tokens(case.id, uses=uses, now=now)
        secret = new_secret()
        tx.add_token(_token(secret, TokenUse.CLIENT_SECRET, case.id, now))
        logged(tx, case, "secret_renewed", actor=actor, now=now)
        return Opened(case=case, client_secret=secret)


def session_case(service: Service, session: str, *, now: datetime) -> Case | None:
    """Give the case that a session may act in; None where it is over."""
    with service.store.read() as tx:
        token = tx.token(token_hash(session))
        if token is None or not good(token, TokenUse.SESSION, now=now):
            return None
        return tx.case(token.case)


def _incomplete(application: Application) -> Refused | None:
    kind, sim = application.kind, application.sim
    if sim is None and kind in NEEDS_A_SIM:
        sentence = f"A {kind} names the SIM: give its iccid and imsi."
        return Refused(RefusalCode.REQUEST_INCOMPLETE, sentence, about="sim")
    if sim is not None and kind not in MAY_HAVE_A_SIM:
        sentence = f"A {kind} changes no SIM: leave it out."
        return Refused(RefusalCode.REQUEST_INCOMPLETE, sentence, about="sim")
    if application.second_channel is not None and kind not in ADDS_A_LINE:
        # Who wants to take a line over would name an address of their own.
        sentence = "A second channel is set when a person gets a line, and not with this request."
        return Refused(RefusalCode.REQUEST_INCOMPLETE, sentence, about="second_channel")
    return None


def _beforehand(kind: Kind, line: Line | None, now: datetime, *, sim_taken: bool) -> Standing:
    """Give what stands before anybody is known: nothing that speaks for or against a person."""
    return Standing(
        kind=kind,
        line=line,
        person=None,
        lines_held=0,
        attempts=0,
        holder_agreed=False,
        channels=frozenset(),
        asked_at=now,
        now=now,
        sim_taken=sim_taken,
    )


def _case(application: Application, profile: Profile, now: datetime) -> Case:
    recheck = application.kind is Kind.RECHECK
    transfer = application.kind is Kind.TRANSFER
    return Case(
        id=new_id("case", now),
        kind=application.kind,
        status=Status.AWAITING_HOLDER if transfer else Status.OPENED,
        version=1,
        operator=application.operator,
        profile=profile.name,
        msisdn=application.msisdn,
        sim=application.sim,
        handled_by=application.handled_by,
        route=None,
        person=None,
        second_channel=application.second_channel,
        attempts=0,
        opened_at=now,
        expires_at=now + (profile.recheck_deadline if recheck else profile.case_life),
        not_before=None,
    )


def _token(secret: str, use: TokenUse, case_id: str, now: datetime) -> Token:
    return Token(
        hash=token_hash(secret),
        use=use,
        case=case_id,
        made_at=now,
        expires_at=now + LIFE_OF[use],
        spent_at=None,
    )
