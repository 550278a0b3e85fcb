"""For operations: what runs here, what is unsafe about it, what waits, what was given up."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

from fastapi import APIRouter, Form, Request, Response

from lineproof.domain.liveness import Basis
from lineproof.domain.staff import Act
from lineproof.storage_records import Topic
from lineproof.web.api.health import ready
from lineproof.web.api.outbox_routes import replay_message
from lineproof.web.context import Ctx, Now
from lineproof.web.pages.languages import Speaking
from lineproof.web.pages.staff_visit import Staffed, StaffRoute, staff_lead, staff_page
from lineproof.web.problems import Problem
from lineproof.web.sign_in.enrolment import admins_there

if TYPE_CHECKING:
    from collections.abc import Mapping, Sequence

    import prometheus_client

    from lineproof.domain.profile import Profile
    from lineproof.storage_records import DeadMessage, Endpoint
    from lineproof.web.context import Context
    from lineproof.web.tallies import Tallies

router = APIRouter(prefix="/staff", include_in_schema=False, route_class=StaffRoute)

PATH = "/staff/operations"
MOST_DEAD = 50
MOST_GONE = 50
MOST_ROUTES = 40


@dataclass(frozen=True, slots=True, kw_only=True)
class RouteErrors:
    """How often a route was asked since this process began, and how often it did not answer."""

    route: str
    asked: int
    refused: int
    """4xx."""
    failed: int
    """5xx."""

    @property
    def share(self) -> str:
        """What share of the requests failed, in percent."""
        return f"{100 * self.failed / self.asked:.1f} %"


@router.get("/operations")
def show(request: Request, language: Speaking, visit: Staffed, ctx: Ctx, now: Now) -> Response:
    """Show how the service stands. No case, no line and no person is on this page."""
    visit.must(Act.MANAGE_OUTBOX, Act.READ_COUNTS)
    told = ready(ctx, now, Response())
    depth, dead = _outbox(ctx)
    profile = ctx.service.profile
    return staff_page(
        request,
        language,
        "operations.html",
        visit,
        told=told,
        warnings=[*told.unsafe, *warnings_of(profile, told.grade, told.liveness), *_of_admins(ctx)],
        depth={str(topic): depth.get(topic, 0) for topic in Topic},
        dead=dead,
        more=len(dead) == MOST_DEAD,
        gone=_gone(ctx),
        may_replay=visit.staff.may(Act.MANAGE_OUTBOX),
        routes=route_errors(ctx.tallies)[:MOST_ROUTES],
        decisions=_decisions(ctx.tallies),
    )


@router.post("/operations/replay")
def replay(
    request: Request,
    visit: Staffed,
    ctx: Ctx,
    now: Now,
    form: Annotated[str, Form(max_length=64)],
    message: Annotated[str, Form(pattern=r"^msg_[a-z0-9]{1,32}$")],
) -> Response:
    """Send again what was given up, once."""
    visit.check(request, form)
    visit.must(Act.MANAGE_OUTBOX)
    with suppress(Problem):
        # Pressed twice, it is not among the given up any more, and the page says so.
        replay_message(message, visit.staff, ctx, now)
        ctx.bell.set()
    return staff_lead(request, PATH, visit)


def route_errors(tallies: Tallies) -> Sequence[RouteErrors]:
    """Give what each route answered, those that failed most first."""
    asked: Counter[str] = Counter()
    by_class: Counter[tuple[str, str]] = Counter()
    for route, status, count in _counted(tallies):
        asked[route] += count
        by_class[route, status[:1]] += count
    found = [
        RouteErrors(
            route=route,
            asked=count,
            refused=by_class[route, "4"],
            failed=by_class[route, "5"],
        )
        for route, count in asked.items()
    ]
    return sorted(found, key=lambda each: (-each.failed, -each.refused, each.route))


def _counted(tallies: Tallies) -> Sequence[tuple[str, str, int]]:
    return [
        (f"{told['method']} {told['route']}", told["status"], count)
        for told, count in _samples(tallies.requests)
    ]


def _decisions(tallies: Tallies) -> Sequence[tuple[str, str, int]]:
    return sorted(
        (told["route"], told["outcome"], count) for told, count in _samples(tallies.decisions)
    )


def _samples(counter: prometheus_client.Counter) -> Sequence[tuple[Mapping[str, str], int]]:
    return [
        (sample.labels, int(sample.value))
        for metric in counter.collect()
        for sample in metric.samples
        if sample.name.endswith("_total")
    ]


def _outbox(ctx: Context) -> tuple[Mapping[Topic, int], Sequence[DeadMessage]]:
    with ctx.service.store.read() as tx:
        return tx.depth(), tx.buried(after="", limit=MOST_DEAD)


def _gone(ctx: Context) -> Sequence[Endpoint]:
    """Give the webhook endpoints that answered 410; the page shows no address, it may be secret."""
    with ctx.service.store.read() as tx:
        return tx.endpoints_gone(limit=MOST_GONE)


def _of_admins(ctx: Context) -> list[str]:
    """Say that nobody can agree to what one admin proposes."""
    with ctx.service.store.read() as tx:
        return ["one_admin"] if len(admins_there(tx)) == 1 else []


def warnings_of(profile: Profile, grade: str, liveness: str) -> list[str]:
    """Name what this profile, this pack and these tables of liveness leave undone."""
    policies = profile.policies.values()
    content = any(each.liveness_required and not each.liveness_on_people for each in policies)
    found = {
        "pack_for_evaluation": grade == "evaluation",
        "no_liveness": not all(each.liveness_required for each in policies),
        "liveness_simulated": content and not liveness.startswith(str(Basis.PEOPLE)),
        "no_objection_window": profile.objection_window <= timedelta(0),
        "no_notice": not profile.notices,
    }
    return [name for name, holds in found.items() if holds]
