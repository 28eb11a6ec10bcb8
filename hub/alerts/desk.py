"""The alert desk: what happens, who answers and what time it is come in; changes of alerts come out. Pure.

Time is wall time, handed in, so that timers go on over a restart. A clock that was set back takes all timers with it;
over a restart they begin anew then. None waits for days because a clock was wrong.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from hub.alert import Alert, Change, Message, MessageState, Rule, Step
from hub.alerts.contact import Contact
from hub.alerts.due import due, plain, with_message
from hub.alerts.lifecycle import can
from hub.alerts.occurrence import Occurrence
from hub.alerts.policy import HOUR_S, NS, TREATMENTS, Patience
from hub.alerts.precision import Precision, precision_of

KEPT_S = 90 * 24 * HOUR_S
"""Alerts that are over are remembered so long: for labels, and for how often the hub was right."""


class AnswerError(ValueError):
    """An answer to no alert that is there; says so in one line."""


class Desk:
    """Every alert's life. Each method returns the changes it made, in order, for the journal.

    Parameters
    ----------
    contacts : whom to tell, in the order of telling.
    known : alerts as the journal holds them.
    """

    def __init__(self, contacts: Sequence[Contact], patience: Patience | None = None, known: Iterable[Alert] = ()):
        self._contacts = tuple(contacts)
        self._patience = patience or Patience()
        self._alerts = {alert.id: _interrupted(alert) for alert in known}
        self._now_ns = max((_newest_ns(alert) for alert in self._alerts.values() if _is_busy(alert)), default=0)

    def use(self, contacts: Sequence[Contact]) -> None:
        """Tell others from now on."""
        self._contacts = tuple(contacts)

    @property
    def busy(self) -> tuple[Alert, ...]:
        """Alerts that are not over, or have messages on their way."""
        return tuple(alert for alert in self._alerts.values() if _is_busy(alert))

    def of_wearer(self, wearer: str) -> tuple[Alert, ...]:
        """A wearer's alerts that are remembered, those that are over too."""
        return tuple(alert for alert in self._alerts.values() if alert.wearer == wearer)

    def unanswered_n(self, wearer: str) -> int:
        """Alerts that somebody is still to answer."""
        return sum(alert.wearer == wearer and alert.state.is_unanswered for alert in self._alerts.values())

    def alert_of(self, wearer: str, alert_id: str) -> Alert | None:
        """A wearer's alert of the last ``KEPT_S``."""
        alert = self._alerts.get(alert_id)
        return alert if alert is not None and alert.wearer == wearer else None

    def precision(self, wearer: str) -> Precision:
        """How often the hub was right."""
        return precision_of(alert for alert in self._alerts.values() if alert.wearer == wearer)

    def open(self, seen: Occurrence, now_ns: int) -> tuple[Change, ...]:
        """Something happened."""
        self._see_clock(now_ns)
        if seen.id in self._alerts or any(seen.id in alert.joined for alert in self._alerts.values()):
            return ()
        same = [alert for alert in self._alerts.values() if alert.wearer == seen.wearer]
        if TREATMENTS[seen.rule].escalates:
            for alert in same:
                if alert.rule in {seen.rule, Rule.FALL} and self._is_fresh(alert, now_ns):
                    joined = replace(alert, joined=(*alert.joined, seen.id))
                    return self._take(Change(Step.JOINED, now_ns, joined))
        elif any(self._is_told_already(alert, seen, now_ns) for alert in same):
            return ()
        self._forget(now_ns)
        alert = Alert(
            seen.id,
            seen.wearer,
            seen.rule,
            TREATMENTS[seen.rule].severity,
            seen.what,
            seen.happened_ns,
            now_ns,
            subject=seen.subject,
            confidence=seen.confidence,
        )
        changes = self._take(Change(Step.OPENED, now_ns, alert))
        if seen.rule is Rule.FALL:
            for trip in same:
                if trip.rule is Rule.TRIP and self._is_fresh(trip, now_ns):
                    changes += self._close(trip, Step.ENDED, now_ns, reason="it became a fall")
        return changes

    def end(self, wearer: str, rule: Rule, subject: str, reason: str, now_ns: int) -> tuple[Change, ...]:
        """What an alert was about is over."""
        self._see_clock(now_ns)
        return self._answer_all(
            lambda alert: (alert.wearer, alert.rule, alert.subject) == (wearer, rule, subject),
            Step.ENDED,
            now_ns,
            reason=reason,
        )

    def acknowledge(self, wearer: str, now_ns: int, *, alert_id: str = "", by: str = "") -> tuple[Change, ...]:
        """Somebody looks after an alert, or after all of the wearer's that are unanswered.

        Raises
        ------
        AnswerError
            There is none.
        """
        return self._answer(wearer, alert_id, Step.ACKNOWLEDGED, now_ns, by=by)

    def fine(self, wearer: str, now_ns: int, *, alert_id: str = "") -> tuple[Change, ...]:
        """The wearer is fine: a trip's or fall's alert ends, or all of them.

        Raises
        ------
        AnswerError
            There is none.
        """
        return self._answer(wearer, alert_id, Step.FINE, now_ns, by=wearer, reason=f"{wearer} is fine")

    def label(self, wearer: str, alert_id: str, real: bool, note: str, now_ns: int) -> tuple[Change, ...]:
        """Somebody says whether it really happened; an alert that did not is over.

        Raises
        ------
        AnswerError
            There is no such alert of the last ``KEPT_S``.
        """
        self._see_clock(now_ns)
        alert = self.alert_of(wearer, alert_id)
        if alert is None:
            raise AnswerError(f"{wearer} has no alert {alert_id!r}")
        changes = self._take(Change(Step.LABELLED, now_ns, replace(alert, label=real, note=note)))
        if not real and can(alert.state, Step.FALSE_ALARM):
            closing = self._alerts[alert_id]
            changes += self._close(closing, Step.FALSE_ALARM, now_ns, reason="it was a false alarm")
        return changes

    def sent(
        self, alert_id: str, message: Message, now_ns: int, trouble: str = "", *, hopeless: bool = False
    ) -> tuple[Change, ...]:
        """A message got through, or did not and why; ``hopeless``: it never will."""
        self._see_clock(now_ns)
        attempt = self.attempt(alert_id, message)
        if attempt is None:
            return ()
        step, state = Step.TOLD, MessageState.TOLD
        if trouble:
            given_up = hopeless or attempt.tries > len(self._patience.retry_s)
            step, state = (Step.FAILED, MessageState.FAILED) if given_up else (Step.PUT_OFF, MessageState.WAITING)
        outcome = replace(attempt, state=state, at_ns=now_ns, trouble=trouble)
        return self._take(with_message(self._alerts[alert_id], step, outcome, now_ns)) + self._go_on(alert_id, now_ns)

    def attempt(self, alert_id: str, message: Message) -> Message | None:
        """The message as it is now; None where this attempt has its outcome already."""
        alert = self._alerts.get(alert_id)
        key = (message.contact, message.stage, message.tries, MessageState.TRYING)
        messages = () if alert is None else alert.messages
        return next((each for each in messages if (each.contact, each.stage, each.tries, each.state) == key), None)

    def tick(self, now_ns: int) -> tuple[Change, ...]:
        """Time has gone on."""
        self._see_clock(now_ns)
        return tuple(change for alert in self.busy for change in self._go_on(alert.id, now_ns))

    def _answer(
        self, wearer: str, alert_id: str, step: Step, now_ns: int, *, by: str = "", reason: str = ""
    ) -> tuple[Change, ...]:
        self._see_clock(now_ns)
        changes = self._answer_all(
            lambda alert: (
                alert.wearer == wearer
                and alert_id in {"", alert.id}
                and (step is not Step.FINE or TREATMENTS[alert.rule].escalates)
            ),
            step,
            now_ns,
            by=by,
            reason=reason,
        )
        if not changes:
            raise AnswerError(f"{wearer} has no open alert" + (f" {alert_id!r}" if alert_id else ""))
        return changes

    def _answer_all(
        self, is_meant: Callable[[Alert], bool], step: Step, now_ns: int, *, by: str = "", reason: str = ""
    ) -> tuple[Change, ...]:
        meant = [alert for alert in self._alerts.values() if is_meant(alert) and can(alert.state, step)]
        return tuple(change for alert in meant for change in self._close(alert, step, now_ns, by=by, reason=reason))

    def _close(self, alert: Alert, step: Step, now_ns: int, *, by: str = "", reason: str = "") -> tuple[Change, ...]:
        answered = replace(alert, answer=step, answered_ns=now_ns, answered_by=by, reason=reason)
        changes = self._take(plain(answered, step, now_ns))
        return changes + self._go_on(alert.id, now_ns)

    def _take(self, change: Change) -> tuple[Change, ...]:
        self._alerts[change.alert.id] = change.alert
        return (change,)

    def _go_on(self, alert_id: str, now_ns: int) -> tuple[Change, ...]:
        changes, wearer = tuple[Change, ...](), self._alerts[alert_id].wearer

        def has_room(contact: Contact) -> bool:
            return self._has_room(contact, wearer, now_ns)

        while change := due(self._alerts[alert_id], now_ns, self._contacts, self._patience, has_room):
            changes += self._take(change)
        return changes

    def _has_room(self, contact: Contact, wearer: str, now_ns: int) -> bool:
        sent_n = sum(
            message.contact == contact.name and message.round > 0 and 0 <= now_ns - message.at_ns < HOUR_S * NS
            for alert in self._alerts.values()
            if alert.wearer == wearer
            for message in alert.messages
        )
        return sent_n < self._patience.most_per_hour

    def _is_fresh(self, alert: Alert, now_ns: int) -> bool:
        return alert.state.is_unanswered and 0 <= now_ns - alert.opened_ns < self._patience.join_s * NS

    def _is_told_already(self, alert: Alert, seen: Occurrence, now_ns: int) -> bool:
        if (alert.rule, alert.subject) != (seen.rule, seen.subject):
            return False
        return not alert.state.is_over or 0 <= now_ns - alert.opened_ns < TREATMENTS[seen.rule].again_s * NS

    def _see_clock(self, now_ns: int) -> None:
        if now_ns < self._now_ns:
            for alert in self.busy:
                self._alerts[alert.id] = _shifted(alert, now_ns - self._now_ns)
        self._now_ns = now_ns

    def _forget(self, now_ns: int) -> None:
        old = [alert for alert in self._alerts.values() if now_ns - alert.opened_ns > KEPT_S * NS]
        for alert in old:
            if not _is_busy(alert):
                del self._alerts[alert.id]


def _is_busy(alert: Alert) -> bool:
    return not alert.state.is_over or any(message.is_open for message in alert.messages)


def _interrupted(alert: Alert) -> Alert:
    """An alert as the journal holds it: what was being sent may or may not have come through."""
    messages = (replace(one, in_doubt=one.in_doubt or one.state is MessageState.TRYING) for one in alert.messages)
    return replace(alert, messages=tuple(messages))


def _newest_ns(alert: Alert) -> int:
    return max(alert.opened_ns, alert.answered_ns or 0, *(message.at_ns for message in alert.messages), 0)


def _shifted(alert: Alert, by_ns: int) -> Alert:
    return replace(
        alert,
        opened_ns=alert.opened_ns + by_ns,
        answered_ns=None if alert.answered_ns is None else alert.answered_ns + by_ns,
        messages=tuple(replace(message, at_ns=message.at_ns + by_ns) for message in alert.messages),
    )
