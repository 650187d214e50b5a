"""Who gets what answer where: a row for every address and method of the house.

The people: Alice's project has a viewer, an editor and a manager; Charlie manages another project; an instrument of
Alice's project has a token; then a token that was revoked, a person whose account was closed, and nobody.

An outcome is one of: ``login`` (401, or sent to the login page), ``refused`` (403), ``absent`` (404), ``method`` (405),
``wrong`` (any other 4xx: let through and found incomplete), ``served`` (below 400), ``away`` (503).
"""

from __future__ import annotations

from dataclasses import dataclass, replace

ACTORS = ("nobody", "charlie", "viewer", "editor", "manager", "instrument", "revoked", "closed")
MEMBERS = ("viewer", "editor", "manager")
OPEN = frozenset({"served", "wrong"})
OPEN_OR_REFUSED = OPEN | {"refused"}
SERVED, LOGIN, REFUSED, ABSENT, WRONG, METHOD = (
    frozenset({word}) for word in ("served", "login", "refused", "absent", "wrong", "method")
)


@dataclass(frozen=True)
class Policy:
    """The outcomes that each actor may get. ``shows``: members find something of Alice's project in the answer."""

    charlie: frozenset[str]
    viewer: frozenset[str]
    editor: frozenset[str]
    manager: frozenset[str]
    instrument: frozenset[str] = LOGIN
    others: frozenset[str] = LOGIN
    shows: bool = False

    def of(self, actor: str) -> frozenset[str]:
        return self.others if actor in ("nobody", "revoked", "closed") else getattr(self, actor)

    def over_rest(self) -> Policy:
        """An instrument is known there, and told that this is not for it."""
        return replace(self, instrument=REFUSED)


def everyone(outcomes: frozenset[str]) -> Policy:
    return Policy(outcomes, outcomes, outcomes, outcomes, outcomes, outcomes)


# Pages
PUBLIC = everyone(SERVED)
HEALTH = everyone(frozenset({"served", "away"}))
LIST = Policy(SERVED, SERVED, SERVED, SERVED, shows=True)
OWN = Policy(SERVED, SERVED, SERVED, SERVED)  # a list that need not hold anything of Alice's
ONE = Policy(ABSENT, SERVED, SERVED, SERVED, shows=True)
PART = replace(ONE, shows=False)
CHANGE = Policy(ABSENT, REFUSED, OPEN, OPEN)
DECIDE = Policy(ABSENT, REFUSED, REFUSED, OPEN)
WRITE_SOMEWHERE = Policy(OPEN, REFUSED, OPEN, OPEN)
OPEN_TO_PEOPLE = Policy(OPEN_OR_REFUSED, OPEN_OR_REFUSED, OPEN_OR_REFUSED, OPEN_OR_REFUSED)
DOOR = everyone(frozenset({"served", "login", "method"}))
LEAVE = everyone(frozenset({"served", "login"}))
STAFF = Policy(LOGIN, LOGIN, LOGIN, LOGIN)

# REST
R_LIST, R_OWN, R_ONE, R_PART = (policy.over_rest() for policy in (LIST, OWN, ONE, PART))
R_NEW = Policy(WRONG, REFUSED, OPEN, OPEN, REFUSED)
R_NEW_MANAGER = Policy(WRONG, REFUSED, REFUSED, OPEN, REFUSED)
R_SUPERUSER = everyone(REFUSED)
R_SUPERUSER = replace(R_SUPERUSER, others=LOGIN)
R_SENDERS = Policy(ABSENT, ABSENT, SERVED, ABSENT, ABSENT)
KEEP = Policy(OPEN, REFUSED, REFUSED, OPEN)
R_KEEP = KEEP.over_rest()
R_CHANGE, R_DECIDE = CHANGE.over_rest(), DECIDE.over_rest()

API = "/api/v1/"


def _kinds() -> dict[str, dict[str, Policy]]:
    """The lists of samples, each with create, read and change."""
    rows = {}
    for prefix in ("lots", "nanosponge-batches", "impregnations", "freeze-dryings", "carbonization-runs", "additives",
                   "electrolyte-batches", "cathode-batches", "cells"):  # fmt: skip
        rows[f"{API}{prefix}/"] = {"GET": R_LIST, "POST": R_NEW}
        rows[f"{API}{prefix}/<code>/"] = {"GET": R_ONE, "PATCH": R_CHANGE}
    for prefix in ("cathode-recipes", "studies"):
        rows[f"{API}{prefix}/"] = {"GET": R_LIST, "POST": R_NEW}
        rows[f"{API}{prefix}/<pk>/"] = {"GET": R_ONE, "PATCH": R_CHANGE}
    return rows


REST: dict[str, dict[str, Policy]] = {
    **_kinds(),
    f"{API}schema/": {"GET": R_OWN},
    f"{API}docs/": {"GET": R_OWN},
    f"{API}files/": {
        "GET": replace(R_LIST, instrument=SERVED),
        "POST": replace(R_NEW, instrument=OPEN),
    },
    f"{API}files/<pk>/": {"GET": replace(R_ONE, instrument=ABSENT), "PATCH": R_CHANGE},
    f"{API}files/<pk>/reread/": {"POST": R_CHANGE},
    f"{API}files/<pk>/columns/": {"GET": R_PART, "POST": R_CHANGE},
    f"{API}files/<pk>/raw/": {"GET": R_PART},
    f"{API}documents/": {"GET": R_LIST, "POST": R_NEW},
    f"{API}documents/<pk>/": {"GET": R_ONE},
    f"{API}documents/<pk>/raw/": {"GET": R_PART},
    # An upload is its sender's (here the editor's) until it has become a file; to all others it does not exist.
    f"{API}uploads/": {"POST": replace(R_NEW, instrument=OPEN)},
    f"{API}uploads/<pk>/": dict.fromkeys(("GET", "PATCH", "DELETE"), R_SENDERS),
    # The library is the laboratory's: all read it, who manages a project adds to it.
    f"{API}library/": {"GET": R_OWN, "POST": R_KEEP},
    f"{API}library/<pk>/": {"GET": R_OWN},
    f"{API}measurements/": {"GET": R_LIST},
    f"{API}measurements/<pk>/": {"GET": R_ONE},
    f"{API}measurements/<pk>/cycles/": {"GET": R_PART},
    f"{API}measurements/<pk>/series/": {"GET": R_PART},
    f"{API}measurements/<pk>/table/": {"GET": R_PART},
    f"{API}measurements/<pk>/choices/<method>/": {"GET": R_PART, "PUT": R_CHANGE},
    f"{API}saved-searches/": {"GET": R_LIST, "POST": Policy(WRONG, WRONG, WRONG, WRONG, REFUSED)},
    f"{API}saved-searches/<pk>/": {"GET": R_ONE, "PATCH": R_DECIDE, "DELETE": R_DECIDE},
    f"{API}samples/": {"GET": R_LIST, "POST": replace(everyone(METHOD), instrument=REFUSED, others=LOGIN)},
    f"{API}samples/<code>/": {"GET": R_ONE, "PATCH": R_CHANGE},
    f"{API}samples/<code>/ancestors/": {"GET": R_ONE},
    f"{API}samples/<code>/descendants/": {"GET": R_ONE},
    f"{API}samples/<code>/ledger/": {"GET": R_PART, "POST": R_CHANGE},
    f"{API}samples/<code>/history/": {"GET": R_PART},
    f"{API}samples/<code>/signatures/": {"GET": R_PART, "POST": R_CHANGE},
    f"{API}samples/<code>/reopen/": {"POST": R_CHANGE},
    f"{API}carbonization-runs/<code>/history/": {"GET": R_PART},
    f"{API}carbonization-runs/<code>/signatures/": {"GET": R_PART, "POST": R_CHANGE},
    f"{API}carbonization-runs/<code>/reopen/": {"POST": R_CHANGE},
    f"{API}samples/<code>/report.pdf": {"GET": R_PART},
    f"{API}samples/<code>/gate/": {"GET": R_ONE},
    f"{API}samples/<code>/decisions/": {"GET": R_PART, "POST": R_DECIDE},
    f"{API}samples/<code>/allowances/": {"GET": R_PART, "POST": R_DECIDE},
    f"{API}instruments/<pk>/checks/": {"GET": R_PART, "POST": R_DECIDE},
    f"{API}limits/": {"GET": R_LIST, "POST": R_NEW_MANAGER},
    f"{API}limits/<pk>/": {"GET": R_ONE},
    f"{API}limits/<pk>/retire/": {"POST": R_DECIDE},
    f"{API}projects/": {"GET": R_LIST, "POST": R_SUPERUSER},
    f"{API}projects/<slug>/": {"GET": R_ONE, "PATCH": R_DECIDE},
    f"{API}instruments/": {"GET": R_LIST, "POST": R_NEW_MANAGER},
    f"{API}instruments/<pk>/": {"GET": R_ONE, "PATCH": R_DECIDE},
    f"{API}protocols/": {"GET": R_LIST, "POST": R_NEW},
    f"{API}protocols/<pk>/": {"GET": R_ONE, "PATCH": R_CHANGE},
    f"{API}protocols/<pk>/versions/": {"POST": R_CHANGE},
    f"{API}protocols/<pk>/draft/": {"PATCH": R_CHANGE},
    f"{API}protocols/<pk>/release/": {"POST": R_DECIDE},
    f"{API}channels/": {"GET": R_LIST, "POST": R_NEW},
    f"{API}channels/<pk>/": {"GET": R_ONE, "PATCH": R_CHANGE},
    f"{API}channel-states/": {"GET": R_LIST},
    f"{API}alarms/": {"GET": R_LIST},
    f"{API}alarms/<pk>/acknowledge/": {"POST": R_CHANGE},
    f"{API}samples/<code>/split/": {"POST": R_CHANGE},
    f"{API}samples/<code>/count/": {"POST": R_CHANGE},
    f"{API}samples/pool/": {"POST": replace(R_NEW, charlie=WRONG, viewer=WRONG)},
    # Materials and places belong to no project: all read them, whoever writes anywhere changes them.
    # Rows belong to the projects that they name: whoever may write anywhere is let in, and told row by row.
    f"{API}imports/<many>/": {"POST": WRITE_SOMEWHERE.over_rest()},
    f"{API}materials/": {"GET": R_OWN, "POST": WRITE_SOMEWHERE.over_rest()},
    f"{API}materials/<pk>/": {"GET": R_OWN, "PATCH": WRITE_SOMEWHERE.over_rest()},
    f"{API}places/": {"GET": R_OWN, "POST": WRITE_SOMEWHERE.over_rest()},
    f"{API}places/<pk>/": {"GET": R_OWN, "PATCH": WRITE_SOMEWHERE.over_rest()},
}

# A page without a row for POST (or GET) answers it as 405 or like its other method, and changes nothing for anybody.
PAGES: dict[str, dict[str, Policy]] = {
    "/healthz": {"GET": HEALTH},
    "/readyz": {"GET": HEALTH},
    "/login/": {"GET": PUBLIC, "POST": PUBLIC},
    "/logout/": {"POST": LEAVE},
    "/": {"GET": OWN},
    "/home/cells/": {"GET": LIST},
    "/home/files/": {"GET": LIST},
    "/home/needs/": {"GET": OWN},
    "/home/counts/": {"GET": OWN},
    "/search/": {"GET": OWN},
    "/search/suggest/": {"GET": OWN},
    "/search/saved/": {"POST": Policy(ABSENT, WRONG, WRONG, WRONG)},
    "/search/saved/<pk>/": {"POST": DECIDE},
    "/batches/": {"GET": LIST},
    "/furnace-runs/": {"GET": LIST},
    "/additives/": {"GET": LIST},
    "/materials/": {"GET": LIST},
    # The catalogue and the places are the laboratory's: all read them, whoever writes somewhere changes them.
    "/materials/formula/": {"GET": OWN},
    "/materials/<pk>/": {"GET": LIST},
    "/materials/<pk>/change/": {"GET": WRITE_SOMEWHERE, "POST": WRITE_SOMEWHERE},
    "/materials/<pk>/count/": {"GET": WRITE_SOMEWHERE, "POST": WRITE_SOMEWHERE},
    "/places/": {"GET": OWN, "POST": WRITE_SOMEWHERE},
    "/places/options/": {"GET": OWN},
    "/places/<code>/": {"GET": LIST},
    "/places/<code>/change/": {"GET": WRITE_SOMEWHERE, "POST": WRITE_SOMEWHERE},
    "/places/<code>/remove/": {"POST": WRITE_SOMEWHERE},
    "/places/<code>/move-here/": {"POST": WRITE_SOMEWHERE},
    "/places/<code>/count/": {"GET": WRITE_SOMEWHERE, "POST": WRITE_SOMEWHERE},
    "/electrolytes/": {"GET": LIST},
    "/recipes/": {"GET": LIST},
    "/cathodes/": {"GET": LIST},
    "/cells/": {"GET": LIST},
    "/channels/": {"GET": LIST},
    "/files/": {"GET": LIST},
    "/measurements/": {"GET": LIST},
    "/studies/": {"GET": LIST},
    "/protocols/": {"GET": LIST},
    "/protocols/new/": {"GET": WRITE_SOMEWHERE, "POST": WRITE_SOMEWHERE},
    "/protocols/from/<code>/": {"GET": CHANGE, "POST": CHANGE},
    "/protocols/<pk>/": {"GET": ONE},
    "/protocols/<pk>/draft/": {"GET": CHANGE, "POST": CHANGE},
    "/protocols/<pk>/release/": {"POST": DECIDE},
    "/protocols/<pk>/retire/": {"POST": DECIDE},
    "/needs/": {"GET": ONE},
    "/quantities/read/": {"GET": OWN},
    "/projects/": {"GET": LIST, "POST": OPEN_TO_PEOPLE},
    "/projects/<slug>/": {"GET": ONE, "POST": DECIDE},
    "/projects/<slug>/members/<member>/remove/": {"POST": DECIDE},
    "/furnace-runs/<code>/": {"GET": ONE},
    "/recipes/<pk>/": {"GET": ONE},
    "/recipes/<pk>/weighing/": {"GET": ONE},
    "/cells/<code>/left-out/": {"GET": CHANGE, "POST": CHANGE},
    "/cells/<code>/events/": {"GET": CHANGE, "POST": CHANGE},
    "/cells/<code>/post-mortem/": {"GET": CHANGE, "POST": CHANGE},
    "/channels/standing/": {"GET": LIST},
    "/alarms/<key>/acknowledge/": {"GET": CHANGE, "POST": CHANGE},
    "/channels/<pk>/put-on/": {"POST": CHANGE},
    "/channels/<pk>/take-off/": {"POST": CHANGE},
    "/s/<code>": {"GET": PART},
    "/glove/": {"GET": OWN},
    "/glove/hand-over/": {"GET": OWN},
    "/glove/known/": {"GET": LIST},
    "/glove-worker.js": {"GET": PUBLIC},
    "/scan/": {"GET": OWN},
    "/scan/look/": {"GET": OWN},
    "/labels/": {"GET": OWN},
    "/labels/sheet.pdf": {"GET": Policy(WRONG, SERVED, SERVED, SERVED)},
    "/labels/sheet.svg": {"GET": Policy(WRONG, SERVED, SERVED, SERVED)},
    "/samples/<code>/labels/": {"GET": OWN},
    "/samples/options/": {"GET": LIST},
    "/samples/<code>/": {"GET": ONE},
    "/samples/<code>/book/": {"POST": CHANGE},
    "/samples/<code>/ledger/<pk>/undo/": {"POST": CHANGE},
    "/samples/<code>/split/": {"GET": CHANGE, "POST": CHANGE},
    "/samples/<code>/pool/": {"GET": CHANGE, "POST": CHANGE},
    "/lots/<code>/opened/": {"POST": CHANGE},
    "/trace/<code>/": {"GET": ONE},
    "/compare/": {"GET": OWN},
    "/compare/<code>/": {"GET": PART},
    "/samples/<code>/gate/": {"GET": ONE, "POST": DECIDE},
    "/samples/<code>/gate/panel/": {"GET": PART},
    "/samples/<code>/allow/": {"GET": ONE, "POST": DECIDE},
    "/equipment/": {"GET": LIST},
    "/equipment/new/": {
        "GET": Policy(OPEN, REFUSED, REFUSED, OPEN),
        "POST": Policy(OPEN, REFUSED, REFUSED, OPEN),
    },
    "/equipment/<pk>/": {"GET": ONE, "POST": DECIDE},
    "/equipment/<pk>/change/": {"GET": DECIDE, "POST": DECIDE},
    "/limits/": {"GET": LIST},
    "/limits/new/": {
        "GET": Policy(OPEN, REFUSED, REFUSED, OPEN),
        "POST": Policy(OPEN, REFUSED, REFUSED, OPEN),
    },
    "/limits/<pk>/change/": {"GET": DECIDE, "POST": DECIDE},
    "/limits/<pk>/retire/": {"POST": DECIDE},
    "/samples/<code>/change/": {"GET": CHANGE, "POST": CHANGE},
    "/furnace-runs/<code>/change/": {"GET": CHANGE, "POST": CHANGE},
    "/samples/<code>/review/": {"GET": ONE, "POST": CHANGE},
    "/furnace-runs/<code>/review/": {"GET": ONE, "POST": CHANGE},
    "/history/<what>/<pk>/": {"GET": ONE},
    "/history/<what>/<pk>/change/": {"GET": CHANGE, "POST": CHANGE},
    "/history/<what>/<pk>/restore/": {"GET": CHANGE, "POST": CHANGE},
    "/samples/<code>/dashboards/": {"GET": PART},
    "/samples/<code>/measurements/": {"GET": PART},
    "/samples/<code>/files/": {"GET": PART},
    "/furnace-runs/<code>/log/": {"GET": ONE},
    "/furnace-runs/<code>/documents/": {"GET": PART, "POST": CHANGE},
    "/samples/<code>/documents/": {"GET": PART, "POST": CHANGE},
    "/equipment/<pk>/documents/": {"GET": PART, "POST": CHANGE},
    "/materials/<pk>/documents/": {"GET": OWN, "POST": WRITE_SOMEWHERE},
    "/documents/<pk>/": {"GET": PART},
    "/furnace-runs/<code>/reached/": {"POST": CHANGE},
    "/samples/<code>/report.pdf": {"GET": PART},
    "/log/": {"GET": WRITE_SOMEWHERE},
    "/log/<kind>/": {"GET": WRITE_SOMEWHERE, "POST": WRITE_SOMEWHERE},
    "/many/<many>/": {"GET": WRITE_SOMEWHERE, "POST": WRITE_SOMEWHERE},
    "/many/<many>/file/": {"POST": WRITE_SOMEWHERE},
    "/many/<many>/template\\.<form>": {"GET": WRITE_SOMEWHERE},
    "/many/made/<pk>/": {"GET": ONE},
    "/files/upload/": {"POST": CHANGE},
    "/files/states/": {"GET": OWN},
    "/files/<pk>/": {"GET": ONE},
    "/files/<pk>/pane/": {"GET": PART},
    "/files/<pk>/row/": {"GET": ONE},
    "/files/<pk>/guess/": {"GET": PART},
    "/files/<pk>/choices/": {"GET": PART},
    "/files/<pk>/columns/": {"GET": CHANGE, "POST": CHANGE},
    "/files/<pk>/raw/": {"GET": PART},
    "/files/<pk>/attach/": {"POST": CHANGE},
    "/files/<pk>/again/": {"POST": CHANGE},
    "/measurements/<pk>/": {"GET": ONE},
    "/measurements/<pk>/choices/<method>/": {"GET": CHANGE, "POST": CHANGE},
    "/measurements/<pk>/analysis/<method>/": {"GET": ONE, "POST": CHANGE},
    "/measurements/<pk>/analysis/<method>/preview/": {"POST": Policy(ABSENT, OPEN, OPEN, OPEN)},
    "/measurements/<pk>/runs/<run>/charts/<key>\\.<form>": {"GET": PART},
    "/overlay/": {"GET": Policy(ABSENT, OPEN, OPEN, OPEN)},
    "/overlay/charts/<key>\\.<form>": {"GET": Policy(ABSENT, ABSENT, ABSENT, ABSENT)},
    "/findings/": {"GET": OWN},
    "/measurements/<pk>/picture/<name>\\.jpg": {"GET": Policy(ABSENT, ABSENT, ABSENT, ABSENT)},  # it is none
    "/measurements/<pk>/series.json": {"GET": PART},
    "/measurements/<pk>/table\\.<form>": {"GET": PART},
    "/measurements/<pk>/charts/<key>\\.<form>": {"GET": PART},
    "/library/": {"GET": OWN},
    "/library/new/": {"GET": KEEP, "POST": KEEP},
    "/library/shipped/": {"GET": OWN},
    "/library/shipped/charts/<key>\\.<form>": {"GET": OWN},
    "/library/<pk>/": {"GET": OWN},
    "/library/<pk>/retire/": {"POST": KEEP},
    "/library/<pk>/charts/<key>\\.<form>": {"GET": OWN},
    "/studies/new/": {"GET": OWN, "POST": Policy(WRONG, WRONG, OPEN, OPEN)},
    "/studies/<pk>/": {"GET": ONE},
    "/studies/<pk>/change/": {"GET": CHANGE, "POST": CHANGE},
    "/studies/<pk>/charts/<key>\\.<form>": {"GET": PART},
    "/cells/compare/": {"GET": ONE},
    "/cells/compare/charts/<key>\\.<form>": {"GET": PART},
}

TABLE: dict[str, dict[str, Policy]] = {**REST, **PAGES}


def rows_for(path: str) -> dict[str, Policy] | None:
    """The rows of an address; all of the administration is for staff, who log in and out there."""
    if path in ("/admin/login/", "/admin/logout/"):
        return {"GET": DOOR, "POST": DOOR}
    return {"GET": STAFF, "POST": STAFF} if path.startswith("/admin/") else TABLE.get(path)
