from __future__ import annotations

import pytest

from lineproof.web.pages.counter_forms import channel_of, written


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("holder@example.org", "mailto:holder@example.org"),
        ("o'neill+sim@example.org", "mailto:o'neill+sim@example.org"),
        ("użytkownik@example.org", "mailto:użytkownik@example.org"),
        ("+43 660 1234567", "tel:+436601234567"),
        ("\u202egro.elpmaxe@example.org", None),
        ("<b>@example.org", None),
        ('"a b"@example.org', None),
        ("a&b?c@example.org", None),
        ("a\x00b@example.org", None),
        ("a@b@example.org", None),
    ],
)
def test_an_address_is_one_that_mail_can_go_to(typed: str, read: str | None) -> None:
    """What turns a line around, ends a string or means more in a URI is no address."""
    assert channel_of(typed) == read


def test_control_characters_are_not_what_was_typed() -> None:
    """A scanner's separators and a paste's escapes are gone, and everything else is as it was."""
    assert written("\x1d8949\r\n01\x00\x9b \u202e<b>") == "894901 \u202e<b>"
