"""What time alone makes happen to an alert: messages, retries, the next contact, the end. Pure."""

from collections.abc import Callable, Sequence
from dataclasses import replace

from hub.alert import Alert, Change, Message, MessageState, Severity, State, Step
from hub.alerts.contact import Contact
from hub.alerts.lifecycle import after
from hub.alerts.policy import NS, TREATMENTS, Patience

PASSED_ON = {Step.ACKNOWLEDGED: "acknowledged", Step.FINE: "fine", Step.FALSE_ALARM: "false alarm"}
"""Answers that those who were told of an alert are told as well, with the name of the stage."""


def due(
    alert: Alert, now_ns: int, contacts: Sequence[Contact], patience: Patience, has_room: Callable[[Contact], bool]
) -> Change | None:
    """The next change that is due; None: nothing for now. ``has_room``: a contact did not get too much lately."""
    return (
        _retry(alert, now_ns, patience)
        or _pass_on(alert, now_ns, contacts)
        or _end(alert, now_ns, contacts, patience)
        or _tell(alert, now_ns, contacts, patience, has_room)
    )


def with_message(alert: Alert, step: Step, message: Message, at_ns: int) -> Change:
    """A step of one of the alert's messages, which is new or takes the place of the one of its contact and stage."""
    others = tuple(each for each in alert.messages if (each.contact, each.stage) != (message.contact, message.stage))
    place = len(others) if len(others) == len(alert.messages) else _place(alert, message)
    messages = (*others[:place], message, *others[place:])
    return Change(step, at_ns, replace(alert, state=after(alert.state, step), messages=messages), message)


def plain(alert: Alert, step: Step, at_ns: int) -> Change:
    """A step that changes nothing but the state."""
    return Change(step, at_ns, replace(alert, state=after(alert.state, step)))


def _place(alert: Alert, message: Message) -> int:
    return [(each.contact, each.stage) for each in alert.messages].index((message.contact, message.stage))


def _retry(alert: Alert, now_ns: int, patience: Patience) -> Change | None:
    for message in alert.messages:
        if message.state is not MessageState.WAITING:
            continue
        if message.round and not alert.state.is_unanswered:
            dropped = replace(message, state=MessageState.DROPPED, at_ns=now_ns)
            return with_message(alert, Step.DROPPED, dropped, now_ns)
        if now_ns >= message.at_ns + patience.retry_s[message.tries - 1] * NS:
            again = replace(message, state=MessageState.TRYING, at_ns=now_ns, tries=message.tries + 1)
            return with_message(alert, Step.TRYING, again, now_ns)
    return None


def _pass_on(alert: Alert, now_ns: int, contacts: Sequence[Contact]) -> Change | None:
    stage = None if alert.answer is None else PASSED_ON.get(alert.answer)
    if stage is None or not TREATMENTS[alert.rule].escalates:
        return None
    knowing = {each.contact for each in alert.messages if each.stage == stage} | {alert.answered_by}
    for contact in contacts:
        if contact.name in alert.told and contact.name not in knowing:
            return with_message(alert, Step.TRYING, Message(contact.name, stage, 0, now_ns), now_ns)
    return None


def _end(alert: Alert, now_ns: int, contacts: Sequence[Contact], patience: Patience) -> Change | None:
    if alert.state is State.ACKNOWLEDGED and now_ns >= (alert.answered_ns or 0) + patience.done_s * NS:
        return plain(alert, Step.DONE, now_ns)
    if not alert.state.is_unanswered:
        return None
    told_ns = _last_told_ns(alert)
    can_be_told = any(contact.is_for(alert) for contact in contacts)
    since_ns = alert.opened_ns if told_ns is None else told_ns
    for_s = patience.unheard_s if told_ns is None and can_be_told else patience.expire_s
    return plain(alert, Step.EXPIRED, now_ns) if now_ns >= since_ns + for_s * NS else None


def _tell(
    alert: Alert, now_ns: int, contacts: Sequence[Contact], patience: Patience, has_room: Callable[[Contact], bool]
) -> Change | None:
    treatment = TREATMENTS[alert.rule]
    told_ns = _last_told_ns(alert)
    if not alert.state.is_unanswered or any(each.is_open for each in alert.messages if each.round):
        return None
    if treatment.waits and now_ns < alert.opened_ns + patience.cancel_s * NS:
        return None
    if told_ns is not None and (not treatment.escalates or now_ns < told_ns + patience.answer_s * NS):
        return None
    number, left = _whom(alert, now_ns, [contact for contact in contacts if contact.is_for(alert)], patience)
    if alert.severity is not Severity.HIGH:
        left = [contact for contact in left if not contact.is_quiet(now_ns) and has_room(contact)]
    if not left:
        return None
    if alert.state is State.NOTIFIED:
        return plain(alert, Step.UNANSWERED, now_ns)
    message = Message(left[0].name, f"round {number}", number, now_ns)
    return with_message(_without_old_failures(alert, number), Step.TRYING, message, now_ns)


def _whom(alert: Alert, now_ns: int, contacts: Sequence[Contact], patience: Patience) -> tuple[int, list[Contact]]:
    """The round, and who is still to be told in it, in order.

    Rounds in which nobody could be reached do not count. After the last that counts, those are tried who never were.
    """
    rounds = [message for message in alert.messages if message.round]
    number = max((message.round for message in rounds), default=1)
    asked = {message.contact for message in rounds if message.round == number}
    left = [contact for contact in contacts if contact.name not in asked]
    if left or not rounds:
        return number, left
    reached = {message.round for message in rounds if message.state is MessageState.TOLD}
    if len(reached) >= patience.rounds_n:
        contacts = [contact for contact in contacts if contact.name not in alert.told]
    last_ns = max(message.at_ns for message in rounds)
    in_vain_n = number - len(reached)
    pause_s = min(patience.nobody_reached_s * 2.0 ** min(in_vain_n, 60), patience.longest_pause_s)
    if number not in reached and now_ns < last_ns + pause_s * NS:
        return number, []
    return number + 1, list(contacts)


def _without_old_failures(alert: Alert, number: int) -> Alert:
    """Days without network are many rounds; the journal has them all, and an alert carries what still matters."""
    return replace(
        alert,
        messages=tuple(
            each for each in alert.messages if each.state is not MessageState.FAILED or each.round in {0, number}
        ),
    )


def _last_told_ns(alert: Alert) -> int | None:
    told = (each.at_ns for each in alert.messages if each.round and each.state is MessageState.TOLD)
    return max(told, default=None)
