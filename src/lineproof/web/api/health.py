"""Whether the service lives, whether it is ready, and what it counts."""

from __future__ import annotations

from fastapi import APIRouter, Response
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from pydantic import Field

from lineproof.storage import StoreDown
from lineproof.storage_records import Topic
from lineproof.web.api.shapes import Told
from lineproof.web.context import Ctx, Now

router = APIRouter(tags=["health"])


class LiveTold(Told):
    """The process answers."""

    live: bool = True


class ReadyTold(Told):
    """What a decision needs, part by part. Anything that is missing is seen here."""

    ready: bool
    store: bool = Field(description="The database answers and has this version's tables.")
    network: bool = Field(
        description="The operator's network answers; orders wait while it does not."
    )
    pack: str
    grade: str = Field(description="evaluation or production.")
    liveness: str = Field(
        description=(
            "Whose captures the liveness checks' error rates were counted on (people or "
            "simulated), and the tables' digest; none where nobody's were."
        )
    )
    profile: str
    unsafe: list[str] = Field(
        description=(
            "What no service with people may have: unsafe_dev_login, profile_for_trying, "
            "simulated_network, simulated_inbox."
        )
    )


@router.get("/live")
def live() -> LiveTold:
    """Say that the process answers."""
    return LiveTold()


@router.get("/ready", responses={503: {"model": ReadyTold, "description": "Not ready."}})
def ready(ctx: Ctx, now: Now, response: Response) -> ReadyTold:
    """Say whether requests can be answered. Without the database none can."""
    store = ctx.service.store.ready()
    if not store:
        response.status_code = 503
    versions = ctx.service.site.engine.versions
    return ReadyTold(
        ready=store,
        store=store,
        network=ctx.network.seen(ctx.service.operator.ready, now=now),
        pack=f"{versions.pack} {versions.pack_version}",
        grade=versions.grade,
        liveness=versions.liveness,
        profile=ctx.service.profile.name,
        unsafe=ctx.settings.unsafe(ctx.service.profile.name),
    )


@router.get("/metrics", response_class=Response, responses={200: {"content": {"text/plain": {}}}})
def metrics(ctx: Ctx) -> Response:
    """Give the counts for Prometheus. No case, no line and no person stands in them."""
    tallies = ctx.tallies
    tallies.in_flight.set(ctx.gate.inside)
    try:
        with ctx.service.store.read() as tx:
            depth: dict[Topic, float] = dict(tx.depth())
    except StoreDown:
        # What is not known is not shown as nothing.
        depth = dict.fromkeys(Topic, float("nan"))
    for topic in Topic:
        tallies.outbox.labels(topic=str(topic)).set(depth.get(topic, 0))
    return Response(generate_latest(tallies.registry), media_type=CONTENT_TYPE_LATEST)
