"""Looking inside structures: strided pattern matching, maps, clusters, and the paper's studies.

Models come from `arise_zoo.models`; structures to look at are made in `arise_zoo.generators`.
"""

from importlib import import_module

_WHERE = {
    "Clustering": ".clustering",
    "Embedding": ".embedding",
    "Grid": ".grid",
    "PatternMatchingResult": ".result",
    "cosine_similarity_matrix": ".similarity",
    "explore": ".exploring",
    "label_atoms": ".export",
    "load_result": ".result",
    "make_grid": ".grid",
    "mean_similarity": ".similarity",
    "plot_categories": ".maps",
    "plot_classes": ".maps",
    "plot_probabilities": ".maps",
    "plot_scalar": ".maps",
    "plot_similarity": ".similarity",
    "run_study": ".studies",
    "strided_pattern_matching": ".pattern_matching",
    "write_labelled": ".export",
    "save_figure": ".maps",
    "save_maps": ".maps",
    "study_names": ".studies",
}

__all__ = [*_WHERE]


def __getattr__(name: str):
    if name in _WHERE:
        return getattr(import_module(_WHERE[name], __name__), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
