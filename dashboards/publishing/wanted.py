"""What an audience makes of a Grafana: panels for all, and per wearer folders, teams, dashboards, alert rules. Pure."""

import re
from collections.abc import Iterable, Mapping
from copy import deepcopy
from hashlib import blake2b
from typing import Any

from dashboards.publishing.audience import Audience, WearerAudience
from dashboards.publishing.rules import rules
from dashboards.publishing.state import Board, ContactPoint, Folder, Key, Level, SharedPanel, Team, Thing, key_of

OURS = "insole-"
"""Every uid that we give begins so."""

FOLDER = "-folder"
"""Ends a folder's uid: in Grafana no dashboard may have the same."""

FOR_CAREGIVERS = ("today", "trips")
"""What caregivers see; the other dashboards are in the folder of therapists."""

OF_ALL = "clinic"
"""The dashboard of all wearers."""

SHARED = f"{OURS}-panel-"  # no nickname begins with a hyphen there
"""Uids of panels begin so: the wearers' dashboards show the same ones, each with its own wearer."""

_TAG = "insole-hub"
_SHORT = re.compile(r"[a-z0-9][a-z0-9-]{0,15}")
_CLINIC = f"{OURS}-{OF_ALL}"
_PANELS = f"{OURS}-panels{FOLDER}"
_EVERYBODY = frozenset({("role Editor", Level.VIEW), ("role Viewer", Level.VIEW)})


def wanted(audience: Audience, built: Mapping[str, Mapping[str, Any]], logins: Mapping[str, str]) -> list[Thing]:
    """Everything that is to be there.

    Parameters
    ----------
    built : the dashboards by name, as ``dashboards.build`` writes them.
    logins : the login of everybody who is named and has one; others are in no team.
    """
    things: list[Thing] = [Folder(_PANELS, "Insole Hub: panels", _EVERYBODY), *_shared(built)]
    for wearer in audience.wearers:
        things += _of_wearer(wearer, built, logins)
    if audience.clinic:
        things += _of_clinic(audience, built[OF_ALL], logins)
    return things


def scope(audience: Audience, built: Mapping[str, Mapping[str, Any]]) -> list[Key]:
    """What could be ours for these wearers, whether it is wanted now or not."""
    everything = audience.model_copy(
        update={
            "clinic": ("-",),
            "wearers": tuple(wearer.model_copy(update={"alert_emails": ("-",)}) for wearer in audience.wearers),
        }
    )
    return [key_of(thing) for thing in wanted(everything, built, dict.fromkeys(people(everything), "-"))]


def people(audience: Audience) -> set[str]:
    """Everybody who is named."""
    named = set(audience.clinic)
    for wearer in audience.wearers:
        named |= {*wearer.owners, *wearer.therapists, *wearer.caregivers}
    return named


def slug(name: str) -> str:
    """A nickname or title as part of a uid, which takes few letters and no more than 40."""
    if _SHORT.fullmatch(name):
        return name
    safe = re.sub(r"[^a-z0-9]+", "-", name.lower())[:7].strip("-")
    return f"{safe}-{blake2b(name.encode(), digest_size=4).hexdigest()}"


def _shared(built: Mapping[str, Mapping[str, Any]]) -> Iterable[SharedPanel]:
    """Each panel of the wearers' dashboards. They hold no wearer's figures, so everybody may see them."""
    for board, body in built.items():
        for panel in body["panels"] if board != OF_ALL else ():
            if "title" in panel:
                reference = _reference(board, body, panel)
                own = {name: value for name, value in panel.items() if name != "gridPos"}
                yield SharedPanel(reference["uid"], _PANELS, {"name": reference["name"], "model": own})


def _reference(board: str, body: Mapping[str, Any], panel: Mapping[str, Any]) -> dict[str, str]:
    """How dashboards name a panel; the uid is of its title, so that a panel more or less changes no other's."""
    return {"uid": f"{SHARED}{board}-{slug(panel['title'])}", "name": f"{body['title']}: {panel['title']}"}


def _of_wearer(
    wearer: WearerAudience, built: Mapping[str, Mapping[str, Any]], logins: Mapping[str, str]
) -> Iterable[Thing]:
    name = slug(wearer.nickname)
    title = f"Insole Hub: {wearer.nickname}"
    owners, therapists, caregivers = (
        Team(f"{title}, {role}", _members(who, logins))
        for role, who in (
            ("owners", wearer.owners),
            ("therapists", wearer.therapists),
            ("caregivers", wearer.caregivers),
        )
    )
    all_of_it, today = f"{OURS}{name}{FOLDER}", f"{OURS}{name}{FOLDER}-today"
    seen_by_both = frozenset({(owners.name, Level.ADMIN), (therapists.name, Level.VIEW)})
    yield from (owners, therapists, caregivers)
    yield Folder(all_of_it, title, seen_by_both)
    yield Folder(today, f"{title}, today", seen_by_both | {(caregivers.name, Level.VIEW)})
    for board, body in built.items():
        if board != OF_ALL:
            folder = today if board in FOR_CAREGIVERS else all_of_it
            yield Board(f"{OURS}{name}-{board}", folder, _of_one(body, wearer.nickname, name, board))
    if wearer.alert_emails:
        point = ContactPoint(f"{OURS}{name}-mail", f"{title}, mail", frozenset(wearer.alert_emails))
        yield point
        yield from rules(wearer.nickname, f"{OURS}{name}", today, point.name)


def _members(who: Iterable[str], logins: Mapping[str, str]) -> frozenset[str]:
    return frozenset(logins[each] for each in who if each in logins)


def _of_clinic(audience: Audience, body: Mapping[str, Any], logins: Mapping[str, str]) -> Iterable[Thing]:
    """The dashboard of all wearers of the file, and of nobody else."""
    team = Team("Insole Hub: clinic", _members(audience.clinic, logins))
    folder = Folder(f"{_CLINIC}{FOLDER}", "Insole Hub: clinic", frozenset({(team.name, Level.VIEW)}))
    names = ",".join(wearer.nickname.replace(",", "\\,") for wearer in audience.wearers)
    choice = {
        "type": "custom",
        "name": "wearer",
        "label": "Wearer",
        "query": names,
        "multi": True,
        "includeAll": True,
        "current": {"text": ["All"], "value": ["$__all"]},
    }
    yield from (team, folder, Board(_CLINIC, folder.uid, _with_wearers(body, _CLINIC, choice)))


def _of_one(body: Mapping[str, Any], nickname: str, name: str, board: str) -> dict[str, Any]:
    """A dashboard of shared panels that shows one wearer and leads to that wearer's others."""
    constant = {"type": "constant", "name": "wearer", "query": nickname, "hide": 2, "skipUrlSync": True}
    own = _with_wearers(body, f"{OURS}{name}-{board}", constant)
    own["title"] = f"{body['title']}: {nickname}"
    own["tags"] = [f"{_TAG}-{name}"]
    own["panels"] = [
        {"gridPos": panel["gridPos"], "title": panel["title"], "libraryPanel": _reference(board, body, panel)}
        if "title" in panel
        else panel  # words between them
        for panel in own["panels"]
    ]
    for link in own["links"]:
        link["tags"] = own["tags"]
    return own


def _with_wearers(body: Mapping[str, Any], uid: str, choice: Mapping[str, Any]) -> dict[str, Any]:
    own: dict[str, Any] = deepcopy(dict(body))
    others = [variable for variable in own["templating"]["list"] if variable["name"] != "wearer"]
    return own | {"uid": uid, "templating": {"list": [dict(choice), *others]}}
