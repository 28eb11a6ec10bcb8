"""A home on simulated time: the alert desk, a journal that may lose what is not on the disk, and contacts' services."""

from collections.abc import Callable
from dataclasses import dataclass, field

from hub.alert import Alert, Change, Message, Rule, Step
from hub.alerts.contact import Contact
from hub.alerts.desk import AnswerError, Desk
from hub.alerts.occurrence import Occurrence
from hub.alerts.policy import Patience

NS = 10**9
START_S = 1_767_225_600  # 2026-01-01 00:00 UTC


@dataclass(frozen=True)
class Told:
    at_s: float
    contact: str
    stage: str
    alert: str
    again: bool = False


@dataclass
class Home:
    """``is_up(contact, second)``: whether the contact's service takes messages; times in s since the start."""

    contacts: tuple[Contact, ...]
    patience: Patience = field(default_factory=Patience)
    is_up: Callable[[str, float], bool] = lambda contact, at_s: True
    now_s: float = 0.0
    told: list[Told] = field(default_factory=list)
    attempts_n: int = 0
    log: list[Change] = field(default_factory=list)
    pending: list[Change] = field(default_factory=list)
    seen: list[Occurrence] = field(default_factory=list)
    """What happened, as journalled events; those up to ``seen_cursor`` have been looked at, durably."""
    seen_cursor: int = 0
    sent_cursor: int = 0
    lost_messages_n: int = 0

    def __post_init__(self) -> None:
        self.start()

    def start(self) -> None:
        """From the disk, as after kill -9."""
        self.pending.clear()
        newest: dict[str, Alert] = {}
        for change in self.log:
            newest[change.alert.id] = change.alert
        self.desk = Desk(self.contacts, self.patience, newest.values())
        for occurrence in self.seen[self.seen_cursor :]:
            self.pending += self.desk.open(occurrence, self.now_ns)

    @property
    def now_ns(self) -> int:
        return round((START_S + self.now_s) * NS)

    @property
    def alerts(self) -> dict[str, Alert]:
        return {change.alert.id: change.alert for change in self.log}

    def happens(self, rule: Rule, name: str, wearer: str = "anna", subject: str = "") -> None:
        occurrence = Occurrence(name, wearer, rule, f"a {rule.value}", self.now_ns, subject, 0.9)
        self.seen.append(occurrence)
        self.pending += self.desk.open(occurrence, self.now_ns)

    def answers(self, answer: Callable[[Desk, int], tuple[Change, ...]]) -> bool:
        try:
            self.pending += answer(self.desk, self.now_ns)
        except AnswerError:
            return False
        return True

    def flush(self) -> None:
        self.log += self.pending
        self.pending.clear()
        self.seen_cursor = len(self.seen)

    def deliver(self, *, die_after_sending: bool = False) -> None:
        """What the courier does with attempts that are on the disk."""
        while self.sent_cursor < len(self.log):
            change = self.log[self.sent_cursor]
            message = self.desk.attempt(change.alert.id, change.message) if change.step is Step.TRYING else None
            if message is not None:
                trouble = self._send(change.alert, message)
                if die_after_sending:
                    self.lost_messages_n += 1
                    self.start()
                    return
                self.pending += self.desk.sent(change.alert.id, message, self.now_ns, trouble)
                self.flush()
            self.sent_cursor += 1

    def run(self, seconds: float, step_s: float = 1.0) -> None:
        end_s = self.now_s + seconds
        while self.now_s < end_s:
            self.now_s = min(self.now_s + step_s, end_s)
            self.turn()

    def turn(self) -> None:
        self.pending += self.desk.tick(self.now_ns)
        self.flush()
        self.deliver()

    def _send(self, alert: Alert, message: Message) -> str:
        self.attempts_n += 1
        if not self.is_up(message.contact, self.now_s):
            return "nobody answers"
        self.told.append(Told(self.now_s, message.contact, message.stage, alert.id, message.in_doubt))
        return ""
