"""How patient the radio is."""

from dataclasses import dataclass, field

from hub.radio.rest import RestSettings


@dataclass(frozen=True, slots=True)
class RadioSettings:
    """Times and bounds of the radio.

    Parameters
    ----------
    silence_s : a streaming link without valid data for so long is subscribed to again, or made anew.
    resubscribed_s : the device must then have answered to another subscription, and again have sent within as long.
    first_data_s : a new link must bring its first valid data within this, or it is made anew.
    connect_s : an attempt to connect is given up after this.
    action_s : a read, a write, a subscription, the start and the end of a scan must each be answered within this.
    offhand_s : what is tried offhand is given up after this.
    search_s : a device that is not found within this is reported.
    alone_s : a device that is configured by its name alone is taken if no other of that name is heard for so long.
    rejected_s : pause after a device that is configured by its address turned out to be another's.
    backoff_first_s, backoff_most_s : pause after a failure; doubled with each failure in a row, up to the latter.
    scan_restart_s : a scan that has heard nobody at all for so long is started anew.
    stop_s : shutting down takes no longer.
    longest_pause_s : no pause may be longer, so that a slip of the pen does not silence the hub for a week.
    inbox_packets : packets that may wait to be decoded, about 20 s of three devices at 100 Hz.
    rest : see there.
    """

    silence_s: float = 2.0
    resubscribed_s: float = 1.0
    first_data_s: float = 10.0
    connect_s: float = 30.0
    action_s: float = 5.0
    offhand_s: float = 0.5
    search_s: float = 30.0
    alone_s: float = 3.0
    rejected_s: float = 600.0
    backoff_first_s: float = 0.5
    backoff_most_s: float = 30.0
    scan_restart_s: float = 60.0
    stop_s: float = 5.0
    longest_pause_s: float = 4 * 3600.0
    inbox_packets: int = 4096
    rest: RestSettings = field(default_factory=RestSettings)
