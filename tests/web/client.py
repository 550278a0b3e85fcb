"""Starlette's test client, imported in one place, whichever test comes first."""

from __future__ import annotations

import warnings

with warnings.catch_warnings():
    # Starlette would rather have a fork of httpx; this one does the same.
    warnings.simplefilter("ignore")
    from starlette.testclient import TestClient

__all__ = ["TestClient"]
