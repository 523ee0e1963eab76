# {% from "template/includes/python.jinja" import python with context %}
# {% call python(derive=false) %}
"""The error codes that the OpenAPI document has for each route."""

from tests.steps import AUTH, Account, profile

Operation = tuple[str, str]
# Routes that need no valid token.
PUBLIC: set[Operation] = {
    ("post", f"{AUTH}/register"),
    ("post", f"{AUTH}/login"),
    ("post", f"{AUTH}/refresh"),
    # {% if transport != "cookie" %}
    ("post", f"{AUTH}/token"),
    # {% endif %}
    ("post", f"{AUTH}/password/forgotten"),
    ("post", f"{AUTH}/password/reset"),
    # {% if "totp" in features %}
    ("post", f"{AUTH}/login/totp"),
    ("post", f"{AUTH}/login/recovery-code"),
    # {% endif %}
}
# Codes that several of the routes below have.
# {% if transport == "header" %}
#| OTHER_SITE: set[str] = set()
# {% else %}
OTHER_SITE = {"cross_site_request"}
# {% endif %}
NOT_SIGNED_IN = {"not_authenticated", "invalid_token", "session_ended"}
UNUSABLE_BODY = {"400": {"unreadable_body"}, "413": {"body_too_large"}}
CHECKS_PASSWORD = {
    **UNUSABLE_BODY,
    "401": NOT_SIGNED_IN,
    "403": OTHER_SITE | {"wrong_password"},
    "429": {"login_throttled", "too_many_requests"},
    "503": {"busy", "unavailable"},
}
CHECKS_OWNER = CHECKS_PASSWORD | {"403": OTHER_SITE | {"wrong_password", "recent_login_required"}}
SENDS_MAIL = {
    **UNUSABLE_BODY,
    # {% if transport != "header" %}
    "403": OTHER_SITE,
    # {% endif %}
    "429": {"mail_throttled", "too_many_requests"},
    "503": {"unavailable"},
}
CODES: dict[Operation, dict[str, set[str]]] = {
    ("post", f"{AUTH}/register"): {
        "400": {"unreadable_body"},
        # {% if transport == "header" %}
        #| "403": {"registration_closed"},
        # {% else %}
        "403": {"cross_site_request", "registration_closed"},
        # {% endif %}
        "409": {"account_conflict", *(f"{field}_taken" for field in profile(Account()))},
        "413": {"body_too_large"},
        "429": {"too_many_requests"},
        "503": {"busy", "unavailable"},
    },
    ("post", f"{AUTH}/login"): {
        "400": {"unreadable_body"},
        "401": {"invalid_credentials"},
        "403": OTHER_SITE | {"email_unverified"},
        "413": {"body_too_large"},
        "429": {"login_throttled", "too_many_requests"},
        "503": {"busy", "unavailable"},
    },
    ("post", f"{AUTH}/refresh"): {
        # {% if transport != "cookie" %}
        "400": {"unreadable_body"},
        "413": {"body_too_large"},
        # {% endif %}
        # {% if transport == "header" %}
        #| "401": {"invalid_token", "session_ended"},
        # {% else %}
        "401": {"not_authenticated", "invalid_token", "session_ended"},
        "403": {"cross_site_request"},
        # {% endif %}
        "429": {"too_many_requests"},
        "503": {"unavailable"},
    },
    ("post", f"{AUTH}/logout"): {
        # {% if transport != "cookie" %}
        "400": {"unreadable_body"},
        # {% endif %}
        # {% if transport != "header" %}
        "403": {"cross_site_request"},
        # {% endif %}
        # {% if transport != "cookie" %}
        "413": {"body_too_large"},
        # {% endif %}
        "429": {"too_many_requests"},
        "503": {"unavailable"},
    },
    ("get", f"{AUTH}/me"): {
        "401": {"not_authenticated", "invalid_token", "session_ended"},
        "503": {"unavailable"},
    },
    ("post", f"{AUTH}/password"): CHECKS_OWNER,
    ("post", f"{AUTH}/reauthenticate"): CHECKS_PASSWORD,
    ("patch", f"{AUTH}/me"): {
        **UNUSABLE_BODY,
        "401": NOT_SIGNED_IN,
        # {% if transport != "header" %}
        "403": OTHER_SITE,
        # {% endif %}
        "409": {"username_taken"},
        "503": {"unavailable"},
    },
    ("delete", f"{AUTH}/me"): {**CHECKS_OWNER, "409": {"last_superuser"}},
    ("post", f"{AUTH}/email"): {
        **CHECKS_OWNER,
        "429": {"login_throttled", "mail_throttled", "too_many_requests"},
    },
    ("post", f"{AUTH}/email/confirm"): {**CHECKS_PASSWORD, "409": {"email_taken"}},
    ("post", f"{AUTH}/email/verification"): {**SENDS_MAIL, "401": NOT_SIGNED_IN},
    ("post", f"{AUTH}/email/verify"): CHECKS_PASSWORD,
    ("post", f"{AUTH}/password/forgotten"): SENDS_MAIL,
    ("post", f"{AUTH}/password/reset"): {
        **SENDS_MAIL,
        "401": {"invalid_token"},
        "429": {"too_many_requests"},
        "503": {"busy", "unavailable"},
    },
    ("get", f"{AUTH}/sessions"): {
        "401": {"not_authenticated", "invalid_token", "session_ended"},
        "503": {"unavailable"},
    },
    ("delete", f"{AUTH}/sessions"): {
        "401": {"not_authenticated", "invalid_token", "session_ended"},
        # {% if transport != "header" %}
        "403": {"cross_site_request"},
        # {% endif %}
        "503": {"unavailable"},
    },
    ("delete", AUTH + "/sessions/{session_id}"): {
        "401": {"not_authenticated", "invalid_token", "session_ended"},
        # {% if transport != "header" %}
        "403": {"cross_site_request"},
        # {% endif %}
        "404": {"session_not_found"},
        "503": {"unavailable"},
    },
}

# {% if "totp" in features %}
FINISHES_LOGIN = {
    **UNUSABLE_BODY,
    "401": {"invalid_code", "invalid_token"},
    "403": OTHER_SITE | {"email_unverified"},
    "429": {"login_throttled", "too_many_requests"},
    "503": {"unavailable"},
}
CHANGES_FACTOR = {
    "401": NOT_SIGNED_IN,
    "403": OTHER_SITE | {"recent_login_required"},
    "503": {"unavailable"},
}
TAKES_CODE = {
    **UNUSABLE_BODY,
    **CHANGES_FACTOR,
    "403": CHANGES_FACTOR["403"] | {"wrong_code"},
    "429": {"login_throttled", "too_many_requests"},
}
CODES |= {
    ("post", f"{AUTH}/login/totp"): FINISHES_LOGIN,
    ("post", f"{AUTH}/login/recovery-code"): FINISHES_LOGIN,
    ("get", f"{AUTH}/second-factors"): {"401": NOT_SIGNED_IN, "503": {"unavailable"}},
    ("post", f"{AUTH}/totp"): {
        **CHANGES_FACTOR,
        "403": CHANGES_FACTOR["403"] | {"email_unverified"},
        "409": {"already_enabled"},
    },
    ("post", f"{AUTH}/totp/confirm"): TAKES_CODE,
    ("delete", f"{AUTH}/totp"): TAKES_CODE,
    ("post", f"{AUTH}/recovery-codes"): CHANGES_FACTOR,
}
# Every route that needs a user may need one with a second factor.
for operation, codes in CODES.items():
    if codes.get("401") == NOT_SIGNED_IN and operation != ("post", f"{AUTH}/refresh"):
        CODES[operation] = codes | {"403": codes.get("403", set()) | {"second_factor_required"}}
# {% endif %}
# {% endcall %}
