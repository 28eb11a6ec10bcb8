"""Publishing into a Grafana: who sees which wearer, as a desired state, and the differences that make it so."""
