"""``/v1/staff``: enrol, sign in, renew a session; admins add members of staff and change them.

Each route is thin: it reads the body, calls one function and writes what that says.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Any, TypeVar

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import JSONResponse
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from lineproof.domain.audit import Actor, ActorKind, Deed
from lineproof.domain.staff import Act, Role, Staff
from lineproof.web.sign_in.ceremony import Ceremony, begin_authentication
from lineproof.web.sign_in.enrolment import begin_enrolment, enrolment_link, finish_enrolment
from lineproof.web.sign_in.four_eyes import (
    POWER,
    Proposal,
    confirm,
    propose_enrolment,
    propose_staff,
    staff_needs_two,
)
from lineproof.web.sign_in.passkeys_kept import passkeys_of, revoke
from lineproof.web.sign_in.sealed_token import LONGEST
from lineproof.web.sign_in.sign_in_refused import SignInRefused, Stopped
from lineproof.web.sign_in.signing_out import end_all
from lineproof.web.sign_in.staff_session import (
    SESSION_REFUSED,
    Session,
    renew,
    sign_in,
    sign_out,
    staff_of,
    unsafe_dev_sign_in,
)

if TYPE_CHECKING:
    from collections.abc import Callable, Coroutine

    from lineproof.web.sign_in.door import Door

T = TypeVar("T")

Id = Annotated[str, StringConstraints(pattern=r"^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$")]
"""What an operator calls a member of staff or a shop; it stands in the log, so it is no name."""

PasskeyId = Annotated[str, Path(max_length=1400, pattern=r"^[A-Za-z0-9_-]+$")]

Sealed = Annotated[str, Field(max_length=LONGEST)]
Encoded = Annotated[str, Field(max_length=8192)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class EnrolmentToken(_Body):
    """What stands after the # of an enrolment link."""

    token: Sealed


class AuthenticatorResponse(BaseModel):
    """The part of a PublicKeyCredential that the authenticator answered, base64url."""

    clientDataJSON: Encoded  # noqa: N815 - WebAuthn's names
    attestationObject: Encoded | None = None  # noqa: N815
    authenticatorData: Encoded | None = None  # noqa: N815
    signature: Encoded | None = None
    userHandle: Encoded | None = None  # noqa: N815


class Credential(BaseModel):
    """What navigator.credentials gave, as its toJSON() writes it; browsers may add more."""

    id: Encoded
    rawId: Encoded  # noqa: N815
    type: Encoded
    response: AuthenticatorResponse


class Answered(_Body):
    """The answer of a browser to a ceremony."""

    state: Sealed
    credential: Credential


class Member(_Body):
    """What an admin says of a member of staff."""

    role: Role
    shop: Id | None = None
    active: bool = True


class ProposalAsked(_Body):
    """What another admin proposed, as it was handed over."""

    proposal: Annotated[str, Field(max_length=64 * 1024)]


class UnsafeDevLogin(_Body):
    """Who to be, without any proof."""

    role: Role


def staff_router(door: Door, *, unsafe_dev_login: bool) -> APIRouter:
    """Give every route of /v1/staff; the development login only where it was asked for."""
    router = APIRouter(
        prefix="/v1/staff",
        tags=["staff"],
        dependencies=[Depends(_no_store)],
        route_class=StoppingRoute,
    )
    _add_ceremonies(router, door)
    _add_sessions(router, door, unsafe_dev_login=unsafe_dev_login)
    _add_members(router, door, unsafe_dev_login=unsafe_dev_login)
    _add_members_passkeys(router, door, unsafe_dev_login=unsafe_dev_login)
    if unsafe_dev_login:
        _add_unsafe_dev_login(router, door)
    return router


class StoppingRoute(APIRoute):
    """A route that answers a refusal with a problem (RFC 9457), whatever app it stands in."""

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """Give the framework's handler, with refusals answered."""
        handle = super().get_route_handler()

        async def stopping(request: Request) -> Response:
            try:
                return await handle(request)
            except Stopped as stopped:
                return _problem(request, stopped.refused)

        return stopping


def _problem(request: Request, refused: SignInRefused) -> JSONResponse:
    body = {
        "type": f"/problems/{refused.code}",
        "title": refused.code.replace("_", " ").capitalize(),
        "status": refused.status,
        "detail": refused.sentence,
        "code": refused.code,
        "request_id": getattr(request.state, "request_id", ""),
    }
    told = {"WWW-Authenticate": "Bearer"} if refused.status == SESSION_REFUSED.status else {}
    told |= {"Cache-Control": "no-store"}
    return JSONResponse(body, refused.status, told, media_type="application/problem+json")


def _no_store(response: Response) -> None:
    """Keep links, challenges and sessions out of every cache."""
    response.headers["Cache-Control"] = "no-store"


def _add_ceremonies(router: APIRouter, door: Door) -> None:
    @router.post("/enrolment/options", summary="Begin to make a passkey by an enrolment link")
    def enrolment_options(body: EnrolmentToken) -> dict[str, Any]:
        return _ceremony(_or_stop(begin_enrolment(door, body.token)))

    @router.post("/enrolment", summary="Keep the new passkey", status_code=201)
    def enrolment(body: Answered) -> dict[str, Any]:
        return _member(_or_stop(finish_enrolment(door, body.state, _given(body))))

    @router.post("/sign-in/options", summary="Begin to sign in with a passkey")
    def sign_in_options() -> dict[str, Any]:
        return _ceremony(begin_authentication(door, now=door.clock()))

    @router.post("/sign-in", summary="Open a session with a passkey")
    def signing_in(body: Answered) -> dict[str, Any]:
        return _session(_or_stop(sign_in(door, body.state, _given(body))))


def _add_sessions(router: APIRouter, door: Door, *, unsafe_dev_login: bool) -> None:
    def whoever(request: Request) -> Session:
        return _or_stop(renew(door, bearer(request), unsafe_dev_login=unsafe_dev_login))

    @router.post("/session/renewal", summary="Keep a session from going idle")
    def renewal(request: Request) -> dict[str, Any]:
        return _session(_or_stop(renew(door, bearer(request), unsafe_dev_login=unsafe_dev_login)))

    @router.delete("/session", summary="Sign out: the session is over at once", status_code=204)
    def signing_out(request: Request) -> None:
        sign_out(door, whoever(request))

    @router.get("/me/passkeys", summary="Your passkeys, by their ids")
    def own_passkeys(request: Request) -> dict[str, Any]:
        session = whoever(request)
        return {"passkeys": passkeys_of(door, session.staff.id), "in_use": session.passkey}

    @router.post("/me/enrolments", summary="Make a link that enrols another passkey of yours")
    def own_enrolments(request: Request) -> JSONResponse:
        staff = whoever(request).staff
        body = {"link": enrolment_link(door, staff, by=staff)}
        return JSONResponse(body, status_code=201, headers={"Cache-Control": "no-store"})

    @router.delete(
        "/me/passkeys/{passkey}", summary="Take a passkey of yours away", status_code=204
    )
    def revoke_own(request: Request, passkey: PasskeyId) -> None:
        session = whoever(request)
        _or_stop(revoke(door, session.staff.id, passkey, by=session))

    @router.get("/me", summary="Who is signed in, and what they may do")
    def me(request: Request) -> dict[str, Any]:
        staff = _signed_in(request, door, unsafe_dev_login=unsafe_dev_login)
        acts = sorted(act for act in Act if staff.may(act))
        return {**_member(staff), "may": acts, "unsafe_dev_login": unsafe_dev_login}


def _add_members(router: APIRouter, door: Door, *, unsafe_dev_login: bool) -> None:
    def admin(request: Request) -> Staff:
        staff = _signed_in(request, door, unsafe_dev_login=unsafe_dev_login)
        if not staff.may(Act.MANAGE_STAFF):
            raise Stopped(ROLE_MAY_NOT)
        return staff

    # A value, not a name: FastAPI cannot see names that stand in this function alone.
    whoever_manages = Depends(admin)

    @router.get("", summary="Every member of staff")
    def members(_by: Staff = whoever_manages) -> dict[str, Any]:
        with door.store.read() as tx:
            return {"staff": [_member(staff) for staff in tx.all_staff()]}

    @router.put("/{staff_id}", summary="Add a member of staff, or change their role or shop")
    def put_member(
        staff_id: Annotated[Id, Path()], body: Member, by: Staff = whoever_manages
    ) -> JSONResponse:
        return _put_answer(_put(door, staff_id, body, by))

    @router.post("/proposals/confirmation", summary="Confirm what another admin proposed")
    def confirmation(body: ProposalAsked, by: Staff = whoever_manages) -> dict[str, Any]:
        return dict(_or_stop(confirm(door, body.proposal, by=by)))

    @router.post("/{staff_id}/enrolments", summary="Make a link that enrols one passkey")
    def enrolments(staff_id: Annotated[Id, Path()], by: Staff = whoever_manages) -> JSONResponse:
        with door.store.read() as tx:
            staff = tx.staff(staff_id)
        if staff is None or not staff.active:
            raise Stopped(STAFF_UNKNOWN)
        if staff.role in POWER:
            return _proposed(propose_enrolment(door, staff, by=by))
        body = {"link": enrolment_link(door, staff, by=by)}
        return JSONResponse(body, status_code=201, headers={"Cache-Control": "no-store"})


def _add_members_passkeys(router: APIRouter, door: Door, *, unsafe_dev_login: bool) -> None:
    def admin(request: Request) -> Session:
        found = _or_stop(renew(door, bearer(request), unsafe_dev_login=unsafe_dev_login))
        if not found.staff.may(Act.MANAGE_STAFF):
            raise Stopped(ROLE_MAY_NOT)
        return found

    whoever_manages = Depends(admin)

    @router.get("/{staff_id}/passkeys", summary="A member's passkeys, by their ids")
    def passkeys(staff_id: Annotated[Id, Path()], _by: Session = whoever_manages) -> dict[str, Any]:
        return {"passkeys": passkeys_of(door, staff_id)}

    @router.delete(
        "/{staff_id}/passkeys/{passkey}",
        summary="Take a passkey away, and sign its member out everywhere",
        status_code=204,
    )
    def revoke_passkey(
        staff_id: Annotated[Id, Path()], passkey: PasskeyId, by: Session = whoever_manages
    ) -> None:
        _or_stop(revoke(door, staff_id, passkey, by=by))


def _add_unsafe_dev_login(router: APIRouter, door: Door) -> None:
    @router.post("/unsafe-dev-login", summary="UNSAFE: be anybody, without any proof")
    def unsafe_dev(body: UnsafeDevLogin) -> dict[str, Any]:
        return _session(unsafe_dev_sign_in(door, body.role))


def bearer(request: Request) -> str:
    """Give the token of an Authorization header (RFC 6750, 2.1); empty where there is none."""
    scheme, _, token = request.headers.get("authorization", "").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


ROLE_MAY_NOT = SignInRefused("role_may_not", "Only an admin may do this.", 403)
STAFF_UNKNOWN = SignInRefused("staff_unknown", "There is no such active member of staff.", 404)
STAFF_SELF = SignInRefused(
    "staff_self",
    "Nobody takes away their own role or shuts themselves out; ask another admin.",
    409,
)


def _put(door: Door, staff_id: str, body: Member, by: Staff) -> Staff | Proposal | SignInRefused:
    staff = Staff(id=staff_id, role=body.role, shop=body.shop or "", active=body.active)
    if staff.id == by.id and not staff.may(Act.MANAGE_STAFF):
        # Otherwise the last admin could leave a service that nobody can manage.
        return STAFF_SELF
    with door.store.read() as tx:
        before = tx.staff(staff.id)
    if staff_needs_two(before, staff):
        return propose_staff(door, staff, by=by)
    details = {"staff": staff.id, "role": str(staff.role), "active": str(staff.active).lower()}
    deed = Deed(
        actor=Actor(ActorKind.STAFF, by.id), action="staff_changed", case="", details=details
    )
    with door.store.begin() as tx:
        tx.put_staff(staff)
        if not staff.active:
            # So that whoever comes back later does not come back into an old session.
            end_all(tx, staff.id, now=door.clock())
        tx.log(deed, at=door.clock())
    return staff


def _put_answer(found: Staff | Proposal | SignInRefused) -> JSONResponse:
    if isinstance(found, SignInRefused):
        raise Stopped(found)
    if isinstance(found, Proposal):
        return _proposed(found)
    return JSONResponse(_member(found), headers={"Cache-Control": "no-store"})


def _proposed(found: Proposal) -> JSONResponse:
    """Say that nothing was done yet, and what another admin needs to do it."""
    body = {"proposal": found.token, "expires_at": found.expires_at.isoformat()}
    return JSONResponse(body, status_code=202, headers={"Cache-Control": "no-store"})


def _signed_in(request: Request, door: Door, *, unsafe_dev_login: bool) -> Staff:
    token, now = bearer(request), door.clock()
    staff = staff_of(door, token, now=now, unsafe_dev_login=unsafe_dev_login)
    if staff is None:
        raise Stopped(SESSION_REFUSED)
    return staff


def _or_stop(found: T | SignInRefused) -> T:
    if isinstance(found, SignInRefused):
        raise Stopped(found)
    return found


def _given(body: Answered) -> dict[str, Any]:
    return body.credential.model_dump(exclude_none=True)


def _ceremony(found: Ceremony) -> dict[str, Any]:
    return {"options": found.options, "state": found.state}


def _member(staff: Staff) -> dict[str, Any]:
    return {"id": staff.id, "role": staff.role, "shop": staff.shop, "active": staff.active}


def _session(found: Session) -> dict[str, Any]:
    return {
        "token": found.token,
        "staff": _member(found.staff),
        "idle_until": found.idle_until.isoformat(),
        "ends_at": found.ends_at.isoformat(),
    }
