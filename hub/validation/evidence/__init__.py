"""A large corpus of test walkers through the engine: hours of steps, trips, falls, look-alikes and daily life."""
