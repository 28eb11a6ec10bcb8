"""What a hub counts of itself and of each wearer: names, units and meaning. MQTT and the database use it."""

from hub.events import NUMBER, STRING, Field

COUNTS_FIELDS = {
    "adapter": Field(STRING, "the system's name for the Bluetooth adapter in use", nullable=True),
    "adapter_trouble": Field(STRING, "why it does not scan, and what to do; null while all is well", nullable=True),
    "scans": Field(NUMBER, "scans begun since the hub started; so are the counts below"),
    "scan_restarts": Field(NUMBER, "scans begun anew because nobody at all was heard for a minute"),
    "scan_failures": Field(NUMBER, "scans that failed"),
    "adapter_power_ons": Field(NUMBER, "times that the adapter was found off and was to be switched on"),
    "adapter_power_cycles": Field(NUMBER, "times that it was to be switched off and on, since nothing went"),
    "adapter_usb_resets": Field(NUMBER, "times that it was to be reset on its USB port"),
    "adapter_mend_failures": Field(NUMBER, "how many of these three were refused"),
    "events_kept": Field(NUMBER, "events written to the journal"),
    "events_waiting": Field(NUMBER, "events that wait for the disk now"),
    "events_dropped": Field(NUMBER, "events lost because too many waited for the disk"),
    "events_refused": Field(NUMBER, "events that could not be written down"),
    "journal_failures": Field(NUMBER, "commits that failed and were tried again"),
    "journal_mb": Field(NUMBER, "size of what the journal keeps, MB (10^6 bytes)"),
    "steps_removed": Field(NUMBER, "old contacts and steps that made room"),
    "steps_removed_untold": Field(NUMBER, "those among them that somebody had not been told of"),
    "disk_written_mb": Field(
        NUMBER,
        "MB that the hub has caused to be written to the disk in the last 24 h, or since it started",
        nullable=True,
    ),
    "memory_mb": Field(NUMBER, "memory that the hub holds (resident), MB", nullable=True),
    "processor_pct": Field(NUMBER, "processor time that it took since the last counts, % of one core", nullable=True),
    "loop_lag_ms": Field(
        NUMBER, "how late its event loop was at most since then: what arrived was seen that much later", nullable=True
    ),
    "temperature_c": Field(
        NUMBER, "of the machine's processor; a Raspberry Pi slows itself down from 80 on", nullable=True
    ),
    "disk_free_mb": Field(NUMBER, "room left on the disk of the state folder, MB", nullable=True),
    "mqtt_acknowledged": Field(NUMBER, "events that the broker has acknowledged"),
    "mqtt_connections": Field(NUMBER, "connections to the broker made"),
    "mqtt_failures": Field(NUMBER, "connections to the broker that failed or broke"),
    "mqtt_waiting": Field(NUMBER, "events that it has not acknowledged yet"),
    "influxdb_written": Field(NUMBER, "points that the database has taken; repeated ones count again"),
    "influxdb_failures": Field(NUMBER, "attempts that the database did not take, and that were repeated"),
    "influxdb_refused": Field(
        NUMBER, "points on this disk because the database will never take them, of earlier runs too"
    ),
    "influxdb_outlived": Field(NUMBER, "points older than the database keeps them; left out"),
    "influxdb_dropped": Field(
        NUMBER, "points of how sensors and hub are doing that were left out because the database was away for long"
    ),
    "influxdb_waiting": Field(
        NUMBER, "events that the database has not taken yet; null: no database is configured", nullable=True
    ),
    "clips_kept": Field(NUMBER, "recordings of the seconds around a trip or fall"),
    "recording_failures": Field(NUMBER, "recordings that the disk did not take"),
    "clips_removed": Field(NUMBER, "clips that made way for newer ones"),
    "recordings_removed": Field(NUMBER, "files of raw recordings that made way for newer ones"),
    "commands_obeyed": Field(NUMBER, "commands that were obeyed"),
    "commands_refused": Field(NUMBER, "commands that were wrong"),
    "commands_dropped": Field(NUMBER, "commands that were too many at once, or retained by the broker"),
    "page_watchers": Field(NUMBER, "browsers that watch the hub's page now"),
    "page_frames_dropped": Field(NUMBER, "moments of the live view that a browser was too slow for"),
    "page_refused": Field(NUMBER, "requests and connections that the page has refused"),
    "cues_played": Field(NUMBER, "sounds that this machine has played, at steps or to try one"),
    "cues_vibrated": Field(NUMBER, "vibrations at steps that an insole has acknowledged"),
    "cues_missed": Field(NUMBER, "sounds that it could not play, and vibrations that an insole could not be given"),
}
"""Counts since the hub started, and how hard it works."""

WEARER_COUNTS_FIELDS = {
    "steps_removed": Field(NUMBER, "old contacts and steps of this wearer that made room since the hub started"),
    "steps_removed_untold": Field(NUMBER, "those among them that somebody had not been told of"),
    "clips_kept": Field(NUMBER, "recordings of the seconds around a trip or fall; since then, as all below"),
    "clips_removed": Field(NUMBER, "clips that made way for newer ones"),
    "recordings_removed": Field(NUMBER, "files of raw recordings that made way for newer ones"),
    "recording_failures": Field(NUMBER, "recordings that the disk did not take"),
    "commands_dropped": Field(NUMBER, "commands that were too many at once, or retained by the broker"),
}
"""Counts since the hub started, of one wearer."""
