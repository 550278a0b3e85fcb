"""What `lineproof inspect` prints and draws."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from lineproof.commands.console import plain, wide
from lineproof.domain.finding import Measured

if TYPE_CHECKING:
    from pathlib import Path

    from lineproof.adapters.local_engine import SeenFace
    from lineproof.domain.finding import Finding, QualityComponent
    from lineproof.ports import Versions

BAR = 20


def inspection_json(seen: SeenFace, versions: Versions) -> dict[str, Any]:
    """Give the object that ``lineproof inspect --json`` promises; see docs/cli.md."""
    view = seen.view
    if view is None or not isinstance(seen.finding, Measured):
        return {"faces": [], "quality": {}, "unmeasured": getattr(seen.finding, "why", "no_face")}
    return {
        "faces": [
            {
                "box": [round(edge / view.scale, 1) for edge in face.box],
                "score": round(face.score, 4),
            }
            for face in view.faces
        ],
        "landmarks": len(view.mesh),
        "pose": {
            "yaw": round(view.pose.yaw, 1),
            "pitch": round(view.pose.pitch, 1),
            "roll": round(view.pose.roll, 1),
        },
        "quality": {name: _component(found) for name, found in seen.finding.value.quality.items()},
        "pack": versions.pack,
        "pipeline": versions.pipeline,
        "runtime": versions.runtime,
    }


def _component(found: Finding[QualityComponent]) -> dict[str, Any]:
    if isinstance(found, Measured):
        return {"native": round(found.value.native, 4), "value": found.value.value}
    return {"unmeasured": found.why}


def print_inspection(seen: SeenFace, out: Path | None) -> None:
    """Show a person what was seen: how many faces, the pose, and a bar for each component."""
    console, view = wide(), seen.view
    if view is None or not isinstance(seen.finding, Measured):
        console.print("No face was found. Use a picture with one whole face clearly in view.")
        if out is not None:
            console.print("So no overlay was written.")
        return
    count = len(view.faces)
    console.print(f"{count} face{'s' if count > 1 else ''}; the largest counts.")
    console.print(
        f"turned {view.pose.yaw:+.0f}°, tipped {view.pose.pitch:+.0f}°, "
        f"tilted {view.pose.roll:+.0f}°\n"
    )
    for name, found in seen.finding.value.quality.items():
        words = name.replace("_", " ")
        if isinstance(found, Measured):
            value = found.value.value
            # Bars are for eyes only: a screen reader would spell them out.
            bar = "█" * round(value / 100 * BAR) if console.is_terminal else ""
            bar = "" if console.is_dumb_terminal else bar
            console.print(f"{words:<38} {value:>3} {bar}".rstrip())
        else:
            console.print(f"{words:<38} [dim]not measured ({found.why})[/]")
    if out is not None:
        console.print(f"\nThe overlay is in {plain(str(out))}", soft_wrap=True)


def write_overlay(seen: SeenFace, out: Path) -> str | None:
    """Draw faces, mesh and quality bars onto the picture; give a sentence where it fails."""
    import cv2

    from lineproof.commands.overlay import draw

    if seen.view is None:
        return None
    encoded, data = cv2.imencode(".png", draw(seen)[:, :, ::-1])
    if not encoded:
        return "The overlay could not be encoded as PNG."
    try:
        out.write_bytes(data.tobytes())
    except OSError as error:
        return (
            f"The overlay could not be written to {out} ({error.strerror}); choose another place."
        )
    return None
