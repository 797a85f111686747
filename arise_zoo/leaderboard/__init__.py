"""From benchmark records to the leaderboard: collecting, ranking, Markdown tables and the HTML page.

Records themselves are made in `arise_zoo.benchmark`.
"""
