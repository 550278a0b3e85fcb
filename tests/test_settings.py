from __future__ import annotations

from pathlib import Path

import pytest

from lineproof.settings import Settings, SettingsRefused, read_settings
from tests.write_settings import PAGE, page


def test_the_table_of_settings_is_current() -> None:
    """docs/settings.md is written from the settings: `python -m tests.write_settings`."""
    assert PAGE.read_text("utf-8") == page()


def test_an_unknown_setting_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    """A misspelt variable would otherwise be a rule that silently does not hold."""
    monkeypatch.setenv("LINEPROOF_PROFLIE", "cn")
    with pytest.raises(SettingsRefused, match="LINEPROOF_PROFLIE is no setting"):
        read_settings()


def test_a_wrong_value_is_named_without_being_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """A secret that was put into the wrong variable does not come out in a message."""
    monkeypatch.setenv("LINEPROOF_PORT", "whsec_very-secret")
    with pytest.raises(SettingsRefused, match="port") as refused:
        read_settings()
    assert "very-secret" not in str(refused.value)


def test_what_is_given_comes_before_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """An option on the command line is the last word; one that was not given says nothing."""
    monkeypatch.setenv("LINEPROOF_PORT", "1")
    monkeypatch.setenv("LINEPROOF_PROFILE", "cn")
    settings = read_settings(port=2, profile=None, data=Path("somewhere"))
    assert (settings.port, settings.profile, settings.data) == (2, "cn", Path("somewhere"))


def test_secrets_are_not_shown() -> None:
    """A traceback or a log that shows the settings shows no password."""
    hidden = {"database": "postgresql://u:hush@h/d", "messenger_secret": "whsec_hush"}
    settings = Settings.model_validate(hidden)
    assert "hush" not in repr(settings)
