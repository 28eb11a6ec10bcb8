"""The life of an alert: which steps lead from which state to which. Pure."""

from hub.alert import State, Step

_UNANSWERED = (State.OPEN, State.NOTIFIED, State.ESCALATED)

TRANSITIONS: dict[tuple[State, Step], State] = {
    (State.OPEN, Step.TOLD): State.NOTIFIED,
    (State.NOTIFIED, Step.UNANSWERED): State.ESCALATED,
    **{(state, Step.ACKNOWLEDGED): State.ACKNOWLEDGED for state in _UNANSWERED},
    **{
        (state, step): State.CLOSED
        for state in (*_UNANSWERED, State.ACKNOWLEDGED)
        for step in (Step.FINE, Step.FALSE_ALARM, Step.ENDED)
    },
    (State.ACKNOWLEDGED, Step.DONE): State.CLOSED,
    **{(state, Step.EXPIRED): State.EXPIRED for state in _UNANSWERED},
}
"""Steps that lead on. Any other that an alert can take leaves it where it is."""

ANYWHERE = frozenset({Step.TRYING, Step.TOLD, Step.PUT_OFF, Step.FAILED, Step.DROPPED, Step.LABELLED})
"""Steps that any alert can take: messages come to an end, and labels come, when everything else is over."""

_STAY = {(state, Step.JOINED) for state in _UNANSWERED}


def can(state: State, step: Step) -> bool:
    """Whether an alert in this state can take this step."""
    return (state, step) in TRANSITIONS or (state, step) in _STAY or step in ANYWHERE


def after(state: State, step: Step) -> State:
    """The state after a step.

    Raises
    ------
    ValueError
        An alert in this state cannot take it.
    """
    if not can(state, step):
        message = f"an alert that is {state.value} cannot be {step.value}"
        raise ValueError(message)
    return TRANSITIONS.get((state, step), state)
