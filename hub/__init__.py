"""Insole Hub: from pressure insoles and a shin IMU to events that people can trust."""
