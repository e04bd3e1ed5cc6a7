"""Grafana dashboards, made at development time: ``python -m exporters.grafana OUTDIR`` writes them.

What they show is data (boards/), what it is called stands beside it in Chinese and English, and build.py
makes JSON of it with Grafana's foundation SDK. Nothing that runs in a county imports this package.
"""
