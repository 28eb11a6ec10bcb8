"""Grafana's HTTP API as its documents for 11.6 describe it, as far as publishing asks: no Grafana, and no proof of one.

It keeps what it is given, adds fields of its own to answers, and refuses as the documents say. Library panels as in
"Library Element HTTP API" (developers/http_api/library_element); what that leaves open as Grafana's source has it: the
codes of refusals (pkg/services/libraryelements/api.go, toLibraryElementError), what is added to a model (database.go,
syncFieldsWithModel), that saving a dashboard connects it (pkg/services/librarypanels/librarypanels.go).
"""

import json
import re
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

TOKEN = "glsa_of_no_account"
Answer = tuple[int, Any]


@dataclass
class Contract:
    """What such a server holds. ``log``: each request that changed something."""

    version: str = "11.6.0"
    role: str = "Admin"
    users: dict[str, int] = field(default_factory=lambda: {"olga": 2, "theo": 3, "cara": 4})
    sources: set[str] = field(default_factory=lambda: {"insole-hub", "insole-hub-steps"})
    folders: dict[str, dict[str, Any]] = field(default_factory=dict)
    boards: dict[str, dict[str, Any]] = field(default_factory=dict)
    elements: dict[str, dict[str, Any]] = field(default_factory=dict)
    teams: dict[int, dict[str, Any]] = field(default_factory=dict)
    points: dict[str, dict[str, Any]] = field(default_factory=dict)
    rules: dict[str, dict[str, Any]] = field(default_factory=dict)
    invites: dict[str, str] = field(default_factory=dict)
    sends_mail: bool = True
    log: list[str] = field(default_factory=list)
    _n: int = 100

    def answer(self, method: str, path: str, asked: dict[str, list[str]], body: Any, token: str) -> Answer:
        if path == "/health":
            return 200, {"version": self.version, "database": "ok"}
        if token != TOKEN:
            return 401, {"message": "Invalid API key"}
        if self.role != "Admin":
            return 403, {"message": "You'll need additional permissions to perform this action."}
        if method != "GET":
            self.log.append(f"{method} {path}")
        for (of, pattern), act in _ROUTES.items():
            if of == method and (match := re.fullmatch(pattern, path)):
                return act(self, *match.groups(), asked=asked, body=body)
        return 404, {"message": "Not found"}

    def number(self) -> int:
        self._n += 1
        return self._n


def _get(where: str) -> Callable[..., Answer]:
    def act(self: Contract, uid: str, **_: Any) -> Answer:
        held = getattr(self, where)
        return (200, held[uid]) if uid in held else (404, {"message": "not found"})

    return act


def _drop(where: str, status: int) -> Callable[..., Answer]:
    def act(self: Contract, uid: str, **_: Any) -> Answer:
        held = getattr(self, where)
        if uid not in held:
            return 404, {"message": "not found"}
        if where == "points" and any(
            rule["notification_settings"]["receiver"] == held[uid]["name"] for rule in self.rules.values()
        ):
            return 409, {"message": "contact point is used by an alert rule"}
        del held[uid]
        return status, None if status == 204 else {"message": "deleted"}

    return act


def _users(self: Contract, **_: Any) -> Answer:
    return 200, [{"userId": n, "login": name, "email": f"{name}@example.org"} for name, n in self.users.items()]


def _invites(self: Contract, **_: Any) -> Answer:
    return 200, [{"id": n, "email": email, "role": role} for n, (email, role) in enumerate(self.invites.items())]


def _invite(self: Contract, *, body: Any, **_: Any) -> Answer:
    if body["sendEmail"] and not self.sends_mail:
        return 412, {"message": "SMTP not configured, check your grafana.ini config file's [smtp] section"}
    self.invites[body["loginOrEmail"]] = body["role"]
    return 200, {"message": f"Sent invite to {body['loginOrEmail']}"}


def _source(self: Contract, uid: str, **_: Any) -> Answer:
    return (200, {"uid": uid}) if uid in self.sources else (404, {"message": "Data source not found"})


def _teams_search(self: Contract, *, asked: dict[str, list[str]], **_: Any) -> Answer:
    found = [each for each in self.teams.values() if each["name"] in asked.get("name", [])]
    return 200, {"totalCount": len(found), "teams": found, "page": 1, "perPage": 1000}


def _team_new(self: Contract, *, body: Any, **_: Any) -> Answer:
    if any(each["name"] == body["name"] for each in self.teams.values()):
        return 409, {"message": "Team name taken"}
    number = self.number()
    self.teams[number] = {"id": number, "name": body["name"], "members": []}
    return 200, {"message": "Team created", "teamId": number}


def _team_drop(self: Contract, number: str, **_: Any) -> Answer:
    del self.teams[int(number)]
    return 200, {"message": "Team deleted"}


def _members(self: Contract, number: str, **_: Any) -> Answer:
    names = {n: name for name, n in self.users.items()}
    return 200, [{"userId": n, "login": names[n]} for n in self.teams[int(number)]["members"]]


def _member_new(self: Contract, number: str, *, body: Any, **_: Any) -> Answer:
    if body["userId"] in self.teams[int(number)]["members"]:
        return 400, {"message": "User is already added to this team"}
    self.teams[int(number)]["members"].append(body["userId"])
    return 200, {"message": "Member added to Team"}


def _member_drop(self: Contract, number: str, user: str, **_: Any) -> Answer:
    self.teams[int(number)]["members"].remove(int(user))
    return 200, {"message": "Team Member removed"}


def _folder_new(self: Contract, *, body: Any, **_: Any) -> Answer:
    if body["uid"] in {*self.folders, *self.boards}:  # both are kept in one table
        return 412, {"message": "the folder has been changed by someone else"}
    grants = [{"role": "Editor", "permission": 2}, {"role": "Viewer", "permission": 1}]
    self.folders[body["uid"]] = {"id": self.number(), "version": 1, **body, "_grants": grants}
    return 200, self.folders[body["uid"]]


def _folder_change(self: Contract, uid: str, *, body: Any, **_: Any) -> Answer:
    if not body.get("overwrite"):
        return 412, {"message": "the folder has been changed by someone else"}
    self.folders[uid]["title"] = body["title"]
    return 200, self.folders[uid]


def _folder_drop(self: Contract, uid: str, **_: Any) -> Answer:
    if uid not in self.folders:
        return 404, {"message": "folder not found"}
    if any(rule["folderUID"] == uid for rule in self.rules.values()):
        return 400, {"message": "folder cannot be deleted: folder is not empty"}
    inside = [key for key, each in self.elements.items() if each["meta"]["folderUid"] == uid]
    if any(_shown_by(self, key) for key in inside):
        return 403, {"message": "folder contains library elements that are linked in use"}
    for key in inside:
        del self.elements[key]
    del self.folders[uid]
    self.boards = {key: each for key, each in self.boards.items() if each["meta"]["folderUid"] != uid}
    return 200, {"message": "Folder deleted"}


def _grants(self: Contract, uid: str, **_: Any) -> Answer:
    names = {each["id"]: each["name"] for each in self.teams.values()}
    own = [
        each | {"team": names[each["teamId"]]} if "teamId" in each else each
        for each in self.folders[uid]["_grants"]
        if each.get("teamId", 0) in {0, *names}
    ]
    return 200, [{"role": "Admin", "permission": 4, "inherited": True}, *own]


def _grants_set(self: Contract, uid: str, *, body: Any, **_: Any) -> Answer:
    self.folders[uid]["_grants"] = body["items"]
    return 200, {"message": "Folder permissions updated"}


def _search(self: Contract, *, asked: dict[str, list[str]], **_: Any) -> Answer:
    return 200, [
        {"uid": uid, "title": each["dashboard"]["title"], "type": "dash-db"}
        for uid, each in self.boards.items()
        if each["meta"]["folderUid"] in asked["folderUIDs"]
    ]


def _board_set(self: Contract, *, body: Any, **_: Any) -> Answer:
    uid = body["dashboard"]["uid"]
    if body["folderUid"] not in self.folders or uid in self.folders:
        return 400, {"message": "folder not found, or the uid is a folder's"}
    if not set(_shared_in(body["dashboard"])) <= set(self.elements):
        return 500, {"message": "Error while connecting library panels"}
    version = self.boards.get(uid, {"dashboard": {"version": 0}})["dashboard"]["version"] + 1
    kept = {**body["dashboard"], "id": self.number(), "version": version}
    self.boards[uid] = {"dashboard": kept, "meta": {"folderUid": body["folderUid"]}}
    return 200, {"uid": uid, "status": "success", "version": version}


def _elements(self: Contract, *, asked: dict[str, list[str]], **_: Any) -> Answer:
    page_n, per_page_n = int(asked["page"][0]), int(asked["perPage"][0])
    first = (page_n - 1) * per_page_n
    found = [each for each in self.elements.values() if str(each["kind"]) in asked["kind"]]
    told = {"totalCount": len(found), "page": page_n, "perPage": per_page_n}
    elements = [
        each | {"meta": each["meta"] | {"connectedDashboards": len(_shown_by(self, each["uid"]))}}
        for each in found[first : first + per_page_n]
    ]
    return 200, {"result": {**told, "elements": elements}}


def _element_set(self: Contract, *groups: str, body: Any, **_: Any) -> Answer:
    uid = groups[0] if groups else body["uid"]
    others = [each for key, each in self.elements.items() if key != uid]
    version = self.elements.get(uid, {"version": 0})["version"]
    if groups and uid not in self.elements:
        return 404, {"message": "library element could not be found"}
    if groups and body["version"] != version:
        return 412, {"message": "the library element has been changed by someone else"}
    is_named_twice = (body["folderUid"], body["name"]) in {(each["meta"]["folderUid"], each["name"]) for each in others}
    if is_named_twice or (not groups and uid in self.elements):
        return 400, {"message": "library element with that name or UID already exists"}
    if body["folderUid"] not in self.folders or len(uid) > 40:
        return 400, {"message": "failed to get folder, or the uid is too long"}
    model = {"description": "", **body["model"], "libraryPanel": {"uid": uid}}
    self.elements[uid] = {
        "id": self.number(),
        "uid": uid,
        "name": body["name"],
        "kind": body["kind"],
        "model": model,
        "version": version + 1,
        "meta": {"folderUid": body["folderUid"]},
    }
    return 200, {"result": self.elements[uid]}


def _element_drop(self: Contract, uid: str, **_: Any) -> Answer:
    if uid not in self.elements:
        return 404, {"message": "library element could not be found"}
    if _shown_by(self, uid):
        return 403, {"message": "the library element has connections"}
    del self.elements[uid]
    return 200, {"message": "Library element deleted"}


def _shared_in(board: dict[str, Any]) -> list[str]:
    return [panel["libraryPanel"]["uid"] for panel in board.get("panels", ()) if "libraryPanel" in panel]


def _shown_by(self: Contract, element: str) -> list[str]:
    return [uid for uid, each in self.boards.items() if element in _shared_in(each["dashboard"])]


def _connections(self: Contract, uid: str, **_: Any) -> Answer:
    return 200, {"result": [{"kind": 1, "connectionUid": each} for each in _shown_by(self, uid)]}


def _points(self: Contract, **_: Any) -> Answer:
    return 200, [{**each, "provenance": "api", "disableResolveMessage": False} for each in self.points.values()]


def _point_set(self: Contract, *groups: str, body: Any, **_: Any) -> Answer:
    if not groups and body["uid"] in self.points:
        return 400, {"message": "receiver configuration with this uid exists"}
    self.points[body["uid"]] = body
    return 202, {"message": "contactpoint updated"}


def _rule_set(self: Contract, *groups: str, body: Any, **_: Any) -> Answer:
    receivers = {each["name"] for each in self.points.values()}
    if body["folderUID"] not in self.folders or body["notification_settings"]["receiver"] not in receivers:
        return 400, {"message": "invalid alert rule"}
    if not groups and body["uid"] in self.rules:
        return 409, {"message": "rule with this uid exists"}
    self.rules[body["uid"]] = {**body, "id": self.number(), "orgID": 1, "provenance": "api", "isPaused": False}
    return 200 if groups else 201, self.rules[body["uid"]]


_RULES, _POINTS = "/v1/provisioning/alert-rules", "/v1/provisioning/contact-points"
_ROUTES: dict[tuple[str, str], Callable[..., Answer]] = {
    ("GET", "/org/users"): _users,
    ("GET", "/org/invites"): _invites,
    ("POST", "/org/invites"): _invite,
    ("GET", "/datasources/uid/([^/]+)"): _source,
    ("GET", "/teams/search"): _teams_search,
    ("POST", "/teams"): _team_new,
    ("DELETE", r"/teams/(\d+)"): _team_drop,
    ("GET", r"/teams/(\d+)/members"): _members,
    ("POST", r"/teams/(\d+)/members"): _member_new,
    ("DELETE", r"/teams/(\d+)/members/(\d+)"): _member_drop,
    ("POST", "/folders"): _folder_new,
    ("GET", "/folders/([^/]+)"): _get("folders"),
    ("PUT", "/folders/([^/]+)"): _folder_change,
    ("DELETE", "/folders/([^/]+)"): _folder_drop,
    ("GET", "/folders/([^/]+)/permissions"): _grants,
    ("POST", "/folders/([^/]+)/permissions"): _grants_set,
    ("GET", "/search"): _search,
    ("POST", "/dashboards/db"): _board_set,
    ("GET", "/dashboards/uid/([^/]+)"): _get("boards"),
    ("DELETE", "/dashboards/uid/([^/]+)"): _drop("boards", 200),
    ("GET", "/library-elements"): _elements,
    ("POST", "/library-elements"): _element_set,
    ("PATCH", "/library-elements/([^/]+)"): _element_set,
    ("DELETE", "/library-elements/([^/]+)"): _element_drop,
    ("GET", "/library-elements/([^/]+)/connections"): _connections,
    ("GET", _POINTS): _points,
    ("POST", _POINTS): _point_set,
    ("PUT", f"{_POINTS}/([^/]+)"): _point_set,
    ("DELETE", f"{_POINTS}/([^/]+)"): _drop("points", 202),
    ("POST", _RULES): _rule_set,
    ("GET", f"{_RULES}/([^/]+)"): _get("rules"),
    ("PUT", f"{_RULES}/([^/]+)"): _rule_set,
    ("DELETE", f"{_RULES}/([^/]+)"): _drop("rules", 204),
}


@contextmanager
def served(contract: Contract) -> Iterator[str]:
    """On a free loopback port; gives its address."""

    class Handler(BaseHTTPRequestHandler):
        def _act(self) -> None:
            parts = urlsplit(self.path)
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else None
            token = (self.headers.get("Authorization") or "").removeprefix("Bearer ")
            if not parts.path.startswith("/api/"):
                self.send_error(404)
                return
            path = unquote(parts.path.removeprefix("/api"))
            status, answer = contract.answer(self.command, path, parse_qs(parts.query), body, token)
            told = b"" if answer is None else json.dumps(answer).encode()
            self.send_response(status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(told)))
            self.end_headers()
            self.wfile.write(told)

        do_GET = do_POST = do_PUT = do_PATCH = do_DELETE = _act  # noqa: N815 - names of the standard library

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}"
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
