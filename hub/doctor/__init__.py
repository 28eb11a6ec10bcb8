"""What is wrong with this machine or set-up, and what to do about it: ``insole-hub doctor`` and ``diagnose``."""
