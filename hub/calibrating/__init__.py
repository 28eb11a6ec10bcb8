"""The guided calibration in a terminal: one wearer's sensors over the radio, the screen and its pictures."""
