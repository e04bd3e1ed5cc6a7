"""The fixed texts of the pages about people."""

from __future__ import annotations

from inventory.words import N_

PEOPLE_TEXTS: dict[str, str] = {
    "sign_in_name": N_("Name that signs in"),
    "shown_name": N_("Name that is shown"),
    "search": N_("Name, school code or subject of the sign-on"),
    "found": N_("accounts found"),
    "schools": N_("Bound to schools"),
    "signs_in_by": N_("Signs in by"),
    "by_password": N_("password"),
    "by_oidc": N_("county's sign-on"),
    "authenticator": N_("Authenticator"),
    "last_sign_in": N_("Last sign-in"),
    "not_known": N_("not known"),
    "until": N_("until"),
    "made": N_("Made"),
    "password_kept": N_("Password kept here"),
    "password_of": N_("Password of"),
    "no_roles": N_("no role"),
    "read_only": N_("You may look at accounts. Others change them."),
    "add": N_("Add a person"),
    "add_note": N_(
        "The first password is made by chance and shown once. It has to be changed at the first sign-in."
    ),
    "add_roles_later": N_(
        "You may not give roles. Until somebody who may has given one, the person can do nothing."
    ),
    "name_note": N_("Letters, digits, dots and dashes. It cannot be changed later."),
    "subject": N_("Subject at the county's sign-on"),
    "subject_add_note": N_("Where one is given, no password is made."),
    "subject_note": N_("What the sign-on calls the person. Empty: the person signs in by password."),
    "roles_legend": N_("Roles"),
    "separated_note": N_(
        "Duties are separated: a person holds one at most of county administrator, system administrator, "
        "security administrator and audit administrator."
    ),
    "schools_label": N_("Schools of a clerk"),
    "schools_note": N_("Codes or full names of the register, with spaces or lines between."),
    "password_once": N_("One-time password of"),
    "password_once_note": N_(
        "It is shown this once; only a hash of it is kept. Give it to the person in a safe way. It has to be "
        "changed at the first sign-in."
    ),
    "overview": N_("The account"),
    "to_list": N_("All people"),
    "own_note": N_("This is your own account. Your password, authenticator and sessions are under"),
    "change_name": N_("Change the name that is shown"),
    "change_roles": N_("Change roles and schools"),
    "roles_note": N_("The roles that are ticked replace those until now. Every session of the person ends."),
    "new_password": N_("Set a one-time password"),
    "new_password_note": N_(
        "A password by chance replaces the one until now, and is shown once. Every session of the person "
        "ends, and an account locked by wrong tries opens."
    ),
    "change_subject": N_("Change the subject of the sign-on"),
    "remove_totp": N_("Remove the authenticator"),
    "remove_totp_note": N_("For a lost telephone: the password alone is enough until a new one is set up."),
    "lock": N_("Disable the account"),
    "lock_note": N_(
        "Nobody can sign in to it any more, and every session ends. Accounts are never deleted: the log "
        "names them."
    ),
    "unlock": N_("Open the account"),
    "unlock_note": N_("The person can sign in again, with the password until now."),
    "save": N_("Save"),
    "sessions": N_("Sessions"),
    "began": N_("Began"),
    "used": N_("Last used"),
    "end": N_("End"),
    "end_session": N_("End the session"),
    "end_all": N_("End every session"),
    "end_others": N_("End every other session"),
    "this_session": N_("this one"),
    "no_sessions": N_("Nobody is signed in to it now."),
    "state_of": N_("State"),
    "history": N_("What this person did, in the log"),
}
STATE_NAMES: dict[str, str] = {
    "open": N_("can sign in"),
    "locked": N_("locked by wrong tries"),
    "disabled": N_("disabled"),
    "must_change": N_("has to change the password"),
    "no_role": N_("without a role"),
    "no_totp": N_("password without an authenticator"),
}
"""How an account can stand (collector.console.people.STATES)."""
HOW_NAMES: dict[str, str] = {
    "password": N_("password"),
    "oidc": N_("county's sign-on"),
}
"""How a session began."""
DONE: dict[str, str] = {
    "added": N_("The person was added."),
    "name": N_("The name was changed."),
    "roles": N_("Roles and schools were changed; sessions have ended."),
    "password": N_("The password was changed; sessions have ended."),
    "subject": N_("The subject of the sign-on was changed; sessions have ended."),
    "totp": N_("The authenticator was removed; sessions have ended."),
    "lock": N_("The account is disabled; sessions have ended."),
    "unlock": N_("The account is open."),
    "end": N_("The sessions have ended."),
}
"""What a form has done, by its field ``do``."""
