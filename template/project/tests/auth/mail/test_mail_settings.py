"""Settings of outgoing mail that are refused."""

from typing import Any

import pytest
from pydantic import ValidationError

from app.auth.mail.settings import MailSettings

SERVER = {"host": "mail.example.com", "sender": "Shop <shop@example.com>"}
SAFE_LINK = "https://shop.example.com/{kind}#token={token}"
UNUSABLE: dict[str, dict[str, Any]] = {
    "a link without the token": {"link": "https://shop.example.com/"},
    "the token in the query": {"link": "https://shop.example.com/?token={token}"},
    "text after the token": {"link": SAFE_LINK + "&x=1"},
    "an unknown placeholder": {"link": "https://shop.example.com/{user}#token={token}"},
    "no sender": {"host": "mail.example.com"},
    "a sender that is no address": {"sender": "Shop"},
    "a sender with a line break": {"sender": "Shop\n <shop@example.com>"},
    "an unknown security": {"security": "ssl"},
    "an unknown setting": {"hosts": "mail.example.com"},
}
INSECURE: dict[str, dict[str, Any]] = {
    "a link over http": {**SERVER, "link": SAFE_LINK.replace("https", "http")},
    "a password in clear": {**SERVER, "link": SAFE_LINK, "security": "none", "username": "shop"},
}


@pytest.mark.parametrize("values", UNUSABLE.values(), ids=UNUSABLE)
def test_unusable_setting_is_refused(values: dict[str, Any]) -> None:
    with pytest.raises(ValidationError):
        MailSettings.model_validate(values)


@pytest.mark.parametrize("values", INSECURE.values(), ids=INSECURE)
def test_insecure_settings_are_refused_in_production(values: dict[str, Any]) -> None:
    settings = MailSettings.model_validate(values)

    [problem] = settings.insecure_settings()

    assert problem.startswith("MAIL_")


def test_safe_settings_are_accepted() -> None:
    password = {"username": "shop", "password": "the password"}
    settings = MailSettings.model_validate({**SERVER, **password, "link": SAFE_LINK})

    assert [*settings.insecure_settings(), *MailSettings().insecure_settings()] == []
    assert "the password" not in repr(settings)


def test_server_without_a_password_may_be_unencrypted() -> None:
    settings = MailSettings.model_validate({**SERVER, "link": SAFE_LINK, "security": "none"})

    assert [*settings.insecure_settings()] == []
