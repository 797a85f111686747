"""Methods of other groups beside those of the paper, made from kept libraries or implemented anew from their articles.

Each is described in docs/peers.md. What they have learnt is in `fitted`, made by `scripts/fit_peers.py`.
"""
