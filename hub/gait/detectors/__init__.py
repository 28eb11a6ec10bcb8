"""One question about gait each: marks and facts to events, in the order of the timeline."""
