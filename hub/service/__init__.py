"""What runs around a hub's pipelines: each wearer's parts, upkeep, days, alerts, reports, and what they judge by."""
