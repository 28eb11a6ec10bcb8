"""Movella (formerly Xsens) DOT: an IMU for the shin, at 60 Hz at the most.

Byte layout from the maker's open server (xsens_dot_server), its user manual, and node-movella-dot; not tested on
hardware.
"""

from sensors.movella_dot.driver import MovellaDotDriver
from sensors.movella_dot.emulator import MovellaDotEmulator
from sensors.movella_dot.packets import recognise

__all__ = ["NOTES", "MovellaDotDriver", "MovellaDotEmulator", "recognise"]

NOTES = """
    **60 Hz is the most that it streams**; its 120 Hz are for recording on the device alone. What the hub detects was
    validated at 50, 100 and 200 Hz and not at 60. Packets carry no count: one that was lost shows as a gap in the
    stamps. Acceleration and rate come in a payload of their own, of which the maker's server names fields and order;
    packets of another length than its 28 bytes are passed over. Whether it goes on measuring when a link is lost is
    not published: each connection starts it anew. Two more payloads, called high fidelity, can be read by the maker's
    library alone and are not used.
"""
