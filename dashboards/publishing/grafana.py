"""The Grafana itself, through grafana-client: reads what is there, makes changes, and explains what it refuses.

Loading this takes a moment, and needs the extra ``grafana``: import it where it is needed.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from functools import partial
from itertools import count
from typing import Any
from urllib.parse import quote

import requests
from grafana_client import GrafanaApi
from grafana_client.client import GrafanaException

from dashboards.publishing.rules import SOURCES
from dashboards.publishing.state import (
    Action,
    Board,
    Change,
    ContactPoint,
    Folder,
    Key,
    Level,
    Rule,
    SharedPanel,
    Team,
    Thing,
)
from dashboards.publishing.wanted import SHARED
from hub.errors import InsoleHubError

OLDEST = 11
"""Major version from which on alert rules may name their contact point."""

ANSWER_S = 20.0

_PER_PAGE = 1000
_ROLE = "role "
_PANEL = 1
"""Kind of a library element that is a panel."""


class Grafana:
    """One Grafana, as its administrator sees it.

    Parameters
    ----------
    url : as in a browser.
    token : of a service account with the role Admin.
    ca_file : certificate authority; None: the system's.
    """

    def __init__(self, url: str, token: str, ca_file: str | None = None) -> None:
        self._url = url.rstrip("/")
        self._api = GrafanaApi.from_url(self._url + "/", credential=token, timeout=ANSWER_S)
        if ca_file is not None:
            self._api.client.verify = ca_file
        self._teams: dict[str, int] = {}
        self._users: dict[str, int] = {}
        self._versions: dict[str, int] = {}

    def check(self) -> str:
        """Look whether it can be used; gives its version.

        Raises
        ------
        InsoleHubError
            It is none, too old, does not let us in, or lacks the data sources.
        """
        with self._explained():
            health = self._api.health.check()
            version = str(health.get("version", "")) if isinstance(health, dict) else ""
            major = version.split(".", maxsplit=1)[0]
            if not major.isdecimal():
                raise InsoleHubError(f"{self._url} does not answer as a Grafana does; check url in the file")
            if int(major) < OLDEST:
                raise InsoleHubError(f"{self._url} is Grafana {version}; {OLDEST} or newer is needed")
            self._users = {str(each["login"]): int(each["userId"]) for each in self._people()}
            for uid in SOURCES.values():
                if self._or_none(partial(self._api.client.GET, f"/datasources/uid/{uid}")) is None:
                    message = f"{self._url} has no data source {uid!r}; docs/dashboards.md says how to make it"
                    raise InsoleHubError(message)
        return version

    def logins(self, named: Iterable[str]) -> dict[str, str]:
        """The login of everybody who is named by login or e-mail address, and whom Grafana knows."""
        with self._explained():
            known: dict[str, str] = {}
            for each in self._people():
                known |= {str(each.get("email", "")).lower(): each["login"], str(each["login"]).lower(): each["login"]}
        return {name: known[name.lower()] for name in named if name.lower() in known}

    def invited(self) -> set[str]:
        """E-mail addresses, in small letters, of those who were invited and have not come yet."""
        with self._explained():
            return {str(each["email"]).lower() for each in self._api.client.GET("/org/invites")}

    def invite(self, address: str) -> None:
        """Have Grafana write to somebody who is to become a user, with the role Viewer.

        Raises
        ------
        InsoleHubError
            It is refused, such as by a Grafana that can send no mail.
        """
        asked = {"name": address, "loginOrEmail": address, "role": "Viewer", "sendEmail": True}
        with self._explained():
            self._api.client.POST("/org/invites", json=asked)

    def found(self, scope: Iterable[Key]) -> list[Thing]:
        """What is there of it, and all panels that were published for anybody."""
        with self._explained():
            keys = list(scope)
            ids = {name for _, name in keys}
            elements = self._elements()
            self._teams = {
                each["name"]: int(each["id"]) for kind, name in keys if kind is Team for each in self._teams_named(name)
            }
            points = {each["uid"]: each for each in self._api.alertingprovisioning.get_contactpoints() or ()}
            things = [self._one(kind, name, points) for kind, name in keys if kind not in {Folder, SharedPanel}]
            things += [self._folder(uid, ids, elements) for kind, uid in keys if kind is Folder]
            there = [thing for thing in things if thing is not None]
            shown_n = Counter(uid for thing in there if isinstance(thing, Board) for uid in _shared_in(thing))
            shared = [each for each in elements if str(each["uid"]).startswith(SHARED)]
            return [*there, *(self._shared(each, ids, shown_n[each["uid"]]) for each in shared)]

    def do(self, change: Change) -> None:
        """Make one change.

        Raises
        ------
        InsoleHubError
            It is refused.
        """
        with self._explained():
            match change.action, change.thing:
                case Action.LEAVE, _:
                    pass
                case Action.REMOVE, thing:
                    self._remove(thing)
                case action, Team() as team:
                    self._set_team(team, is_new=action is Action.MAKE)
                case action, Folder() as folder:
                    self._set_folder(folder, is_new=action is Action.MAKE)
                case action, SharedPanel() as panel:
                    self._set_shared(panel, is_new=action is Action.MAKE)
                case _, Board() as board:
                    asked = {"dashboard": dict(board.body), "folderUid": board.folder_uid, "overwrite": True}
                    self._api.dashboard.update_dashboard(asked)
                case action, ContactPoint() as point:
                    self._set_point(point, is_new=action is Action.MAKE)
                case Action.MAKE, Rule() as rule:
                    self._api.alertingprovisioning.create_alertrule(dict(rule.body))
                case _, Rule() as rule:
                    self._api.alertingprovisioning.update_alertrule(rule.uid, dict(rule.body))

    def _people(self) -> list[dict[str, Any]]:
        return list(self._api.organization.get_current_organization_users())

    def _teams_named(self, name: str) -> list[dict[str, Any]]:
        answer = self._api.client.GET(f"/teams/search?perpage={_PER_PAGE}&name={quote(name)}")
        return [each for each in answer["teams"] if each["name"] == name]

    def _elements(self) -> list[dict[str, Any]]:
        """All library panels."""
        elements: list[dict[str, Any]] = []
        for page in count(1):
            asked = f"/library-elements?kind={_PANEL}&perPage={_PER_PAGE}&page={page}"
            found = self._api.client.GET(asked)["result"]["elements"]
            elements += found
            if len(found) < _PER_PAGE:
                break
        return elements

    def _one(self, kind: type[Thing], name: str, points: dict[str, Any]) -> Thing | None:
        if kind is Team:
            return self._team(name)
        if kind is Board:
            answer = self._or_none(lambda: self._api.dashboard.get_dashboard(name))
            return None if answer is None else Board(name, answer["meta"].get("folderUid", ""), answer["dashboard"])
        if kind is ContactPoint:
            point = points.get(name)
            if point is None:
                return None
            addresses = str(point["settings"].get("addresses", "")).replace(",", ";").replace("\n", ";").split(";")
            return ContactPoint(name, point["name"], frozenset(each.strip() for each in addresses if each.strip()))
        answer = self._or_none(lambda: self._api.alertingprovisioning.get_alertrule(name))
        return None if answer is None else Rule(name, answer["folderUID"], answer)

    def _team(self, name: str) -> Team | None:
        if name not in self._teams:
            return None
        members = self._api.teams.get_team_members(self._teams[name])
        return Team(name, frozenset(str(each["login"]) for each in members))

    def _folder(self, uid: str, ours: set[str], elements: list[dict[str, Any]]) -> Folder | None:
        answer = self._or_none(lambda: self._api.folder.get_folder(uid))
        if answer is None:
            return None
        grants = frozenset(
            (str(each.get("team") or each.get("userLogin") or f"{_ROLE}{each.get('role')}"), Level(each["permission"]))
            for each in self._api.folder.get_folder_permissions(uid)
            if not each.get("inherited")
        )
        inside = self._api.client.GET(f"/search?limit={_PER_PAGE}&folderUIDs={uid}")
        foreign = [str(each["title"]) for each in inside if each["uid"] not in ours]
        foreign += [
            str(each["name"])
            for each in elements
            if each["meta"]["folderUid"] == uid and not str(each["uid"]).startswith(SHARED)
        ]
        return Folder(uid, str(answer["title"]), grants, tuple(sorted(foreign)))

    def _shared(self, element: dict[str, Any], ours: set[str], ours_n: int) -> SharedPanel:
        uid, meta = str(element["uid"]), element["meta"]
        self._versions[uid] = int(element["version"])
        is_ours_alone = int(meta["connectedDashboards"]) <= ours_n
        shown_by = () if is_ours_alone else self._api.client.GET(f"/library-elements/{uid}/connections")["result"]
        foreign = sorted(str(each["connectionUid"]) for each in shown_by if each["connectionUid"] not in ours)
        return SharedPanel(uid, str(meta["folderUid"]), element, tuple(foreign))

    def _set_team(self, team: Team, *, is_new: bool) -> None:
        if is_new:
            self._teams[team.name] = int(self._api.teams.add_team({"name": team.name})["teamId"])
        number = self._teams[team.name]
        there = {str(each["login"]): int(each["userId"]) for each in self._api.teams.get_team_members(number)}
        for login in sorted(team.members - there.keys()):
            self._api.teams.add_team_member(number, self._users[login])
        for login in sorted(there.keys() - team.members):
            self._api.teams.remove_team_member(number, there[login])

    def _set_folder(self, folder: Folder, *, is_new: bool) -> None:
        if is_new:
            self._api.folder.create_folder(folder.title, folder.uid)
        else:
            self._api.folder.update_folder(folder.uid, folder.title, overwrite=True)
        items = [{**self._who(name), "permission": int(level)} for name, level in sorted(folder.grants)]
        self._api.folder.update_folder_permissions(folder.uid, {"items": items})

    def _who(self, name: str) -> dict[str, int | str]:
        return {"role": name.removeprefix(_ROLE)} if name.startswith(_ROLE) else {"teamId": self._teams[name]}

    def _set_shared(self, panel: SharedPanel, *, is_new: bool) -> None:
        asked = {"uid": panel.uid, "folderUid": panel.folder_uid, "kind": _PANEL, **panel.body}
        if is_new:
            self._api.client.POST("/library-elements", json=asked)
        else:
            asked["version"] = self._versions[panel.uid]
            self._api.client.PATCH(f"/library-elements/{panel.uid}", json=asked)

    def _set_point(self, point: ContactPoint, *, is_new: bool) -> None:
        settings = {"addresses": ";".join(sorted(point.addresses)), "singleEmail": False}
        asked = {"uid": point.uid, "name": point.name, "type": "email", "settings": settings}
        if is_new:
            self._api.alertingprovisioning.create_contactpoint(asked)
        else:
            self._api.alertingprovisioning.update_contactpoint(point.uid, asked)

    def _remove(self, thing: Thing) -> None:
        match thing:
            case Team():
                self._api.teams.delete_team(self._teams[thing.name])
            case Folder():
                self._api.folder.delete_folder(thing.uid)
            case SharedPanel():
                self._api.client.DELETE(f"/library-elements/{thing.uid}")
            case Board():
                self._api.dashboard.delete_dashboard(thing.uid)
            case ContactPoint():
                self._api.alertingprovisioning.delete_contactpoint(thing.uid)
            case Rule():
                self._api.alertingprovisioning.delete_alertrule(thing.uid)

    @staticmethod
    def _or_none(asked: Callable[[], Any]) -> Any:
        try:
            return asked()
        except GrafanaException as error:
            if error.status_code == 404:
                return None
            raise

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except GrafanaException as error:
            raise InsoleHubError(f"{self._url}: {_refusal(error)}") from error
        except requests.exceptions.SSLError as error:
            message = f"{self._url}: no encrypted connection, or its certificate is not accepted; check url and ca_file"
            raise InsoleHubError(message) from error
        except requests.exceptions.Timeout as error:
            raise InsoleHubError(f"{self._url}: no answer within {ANSWER_S:g} s; look at Grafana's log") from error
        except requests.exceptions.ConnectionError as error:
            raise InsoleHubError(f"{self._url}: cannot be reached; is it running, and is url right?") from error
        except (requests.exceptions.RequestException, KeyError, TypeError, ValueError) as error:
            message = f"{self._url}: an answer that is not Grafana's ({type(error).__name__}); check url in the file"
            raise InsoleHubError(message) from error


def _shared_in(board: Board) -> set[str]:
    return {panel["libraryPanel"]["uid"] for panel in board.body.get("panels", ()) if "libraryPanel" in panel}


def _refusal(error: GrafanaException) -> str:
    said = error.response.get("message", "") if isinstance(error.response, dict) else ""
    told = f" ({said})" if said else ""
    match error.status_code:
        case 401:
            return f"it does not accept the token{told}; make a new one of a service account, and check token_file"
        case 403:
            return f"this token may not do that{told}; its service account needs the role Admin"
        case 404:
            return f"it has no such thing{told}; is url the address of its start page?"
        case _:
            return f"it does not do that ({error.status_code}){told}"
