"""How the documentation becomes a site: `python -m sphinx -W --keep-going -c docs . site`, without a network.

The pages are Markdown that links to each other as files do, so that they read the same in the repository.
"""

from arise_zoo import __version__

project = "arise_zoo"
author = "The arise_zoo developers"
copyright = author
release = version = __version__

extensions = ["myst_nb", "sphinx.ext.autodoc", "sphinx.ext.napoleon"]
root_doc = "docs/index"
include_patterns = [
    "arise_zoo/index/shipped/README.md",
    "docs/**",
    "CONTRIBUTING.md",
    "CHANGELOG.md",
    "core/README.md",
    "experiments/*.md",
    "leaderboard/README.md",
]
exclude_patterns = ["docs/site_root"]

html_theme = "furo"
html_title = f"arise_zoo {version}"
html_extra_path = ["site_root"]
html_show_copyright = False

myst_heading_anchors = 3
nb_execution_mode = "off"  # the notebooks keep what they show; scripts/run_notebooks.py runs them

suppress_warnings = ["ref.python"]  # docstrings say `n_features`, which several classes have

default_role = "code"
napoleon_google_docstring = False
napoleon_use_ivar = True
autodoc_member_order = "bysource"
autodoc_typehints = "none"  # they are in the docstrings, in words
