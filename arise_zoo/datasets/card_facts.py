"""What the placeholders in the card templates stand for: every number, table and list, computed where it is used.

The prose around them is in `dataset_cards/`.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from .._version import BASE_SEED, DATA_VERSION, __version__
from ..descriptors import settings
from ..hub.client import NAMESPACE
from ..prototypes import Prototype, get_prototype, load_prototypes
from ..prototypes.near_duplicates import NEAR_DUPLICATES
from ..simulation import load_systems, observables, protocol
from ..simulation.systems import Temperature
from ..structures import CONDITIONS, StructureSpec, benchmark_structures, pristine_structures
from ..structures.conditions.paper import DISPLACEMENTS, MISSING
from ..structures.spec import DEFECTIVE_CONDITIONS
from .catalogue import DATASETS, get_config
from .dynamics import STEPS_PER_ANGSTROM
from .prototypes import SPLIT_SEED, VALIDATION_FRACTION
from .schema import CHANNELS_LENGTH, DESCRIPTOR_LENGTH, DESCRIPTOR_TYPE

if TYPE_CHECKING:
    from .manifest import Manifest

COLUMNS = {
    "id": "identity of the structure (class / supercell / boundary / condition / iteration) or of the class",
    "structure_id": "identity of the structure, as in configuration `structures`",
    "label": "class of the structure",
    "number": "place of the class in the paper's list, from one",
    "name": "name of the class as the paper prints it",
    "group": "elemental, binary, ternary, quaternary, monolayer or nanotube",
    "formula": "content of the cell",
    "space_group": "number of the space group that the geometry has; null for nanotubes",
    "space_group_symbol": "its Hermann-Mauguin symbol",
    "space_group_paper": "space group that the paper lists: a number, or a word for the crystal system",
    "lattice": "lattice constants of the conventional cell (angstrom, degrees); null for nanotubes",
    "supercells": "repetitions of the cell in the finite clusters and the defective structures",
    "source": "collection that the crystal parameters come from",
    "licence": "licence of the parameters",
    "reference": "publication of the collection",
    "reference_label": "name of the class in the paper's data set",
    "aflow_label": "name in the AFLOW prototype library, where it is there",
    "notes": "peculiarities of the class",
    "r_cut": "cut-off of the descriptor, in units of the scaled nearest-neighbour distance",
    "sigma": "width of its Gaussians, in the same units",
    "extrinsic_scale": "factor on the unit of length: the nearest-neighbour distance or, in `channels`, the first peak",
    "supercell": "repetitions of the class's cell along each direction that is repeated",
    "periodic": "whether the structure is a periodic crystal (in all three directions) or a finite cluster",
    "iteration": "number of the random draw",
    "n_atoms": "number of atoms in the structure",
    "n_removed": "number of atoms removed",
    "system_number": "place of the system in the list, from one: the supercell `k` in ids of its frames",
    "system": "name of the system: crystal and potential",
    "condition": "condition of Table M of the benchmark",
    "run": "number of the independent run",
    "state": "what the frame was proved to be",
    "truth": "right answer in the benchmark: a class, `unknown`, or empty where the frame does not count",
    "temperature": "temperature of the moment (kelvin)",
    "relative_temperature": "temperature of the thermostat over the melting point",
    "amplitude": "root mean square displacement from the sites relative to the neighbours (d_NN, the crystal's)",
    "jumped": "share of the atoms that have left their sites",
    "deformation": "as `amplitude`, of displacements averaged over the frames of the condition",
    "strain": "largest relative change of a length of the box beside the mean change",
    "displacement": "root mean square displacement (angstrom) over the frames of the condition",
    "bragg_peak": "height of the highest Bragg peak as a share of that of a perfect crystal",
    "atom_labels": "1: at a site of the crystal; 0: in the melt; -1: between, not scored",
    "elements": "elements in the order of the atom types",
    "pair_style": "interaction, as LAMMPS names it",
    "pair_coeff": "arguments of its `pair_coeff` commands",
    "timestep_fs": "timestep (femtoseconds)",
    "potential": "publication of the potential, as its file names it",
    "melting_point": "melting point by the potential (kelvin); of monolayers and tubes what takes its place",
    "melting_point_half_interval": "half its 95 % interval (kelvin)",
    "melting_point_source": "where it is from",
    "measured_melting_point": "the measured melting point (kelvin), where there is one",
    "measured_volume_per_atom": "volume per atom (cubic angstrom) by the measured lattice constants",
    "d_nn": "nearest-neighbour distance of the whole finite structure (angstrom), the unit of displacements",
    "numbers": "atomic numbers",
    "positions": "Cartesian positions (angstrom), one row an atom, to the last bit",
    "cell": "cell vectors (angstrom) as rows; zeros for finite structures",
    "pbc": "periodicity along each cell vector",
    "descriptor": "averaged SOAP vector, or that in channels",
}
"""What every column means."""

NEAR_PAIRS = tuple(group for group in NEAR_DUPLICATES if len(group) == 2)


def facts(manifest: Manifest) -> dict[str, Any]:
    """A text or number for each placeholder of the data set's template."""
    dataset = manifest.dataset
    own = _OWN_FACTS[dataset](manifest)
    return {
        "repository": f"{NAMESPACE}/{dataset}",
        "data_version": DATA_VERSION,
        "package_version": __version__,
        "base_seed": BASE_SEED,
        "tag": f"v{DATA_VERSION}",
        "extent": _extent(manifest),
        "columns": "\n\n".join(_column_tables(manifest)),
        "files": _files_table(manifest),
        "size": f"{sum(file.size for file in manifest.files if file.config) / 1e6:,.1f} MB",
        "default_config": manifest.configs[0],
        "last_config": manifest.configs[-1],
        **_shared_facts(),
        **own,
    }


def _shared_facts() -> dict[str, Any]:
    table = load_prototypes()
    conflicts, words = conflicting_numbers(), crystal_systems()
    r_cut, sigma, scale = settings.CENTRE
    mislabelled, composition = get_prototype("hcp_mg"), get_prototype("pba2i4")
    return {
        "n_classes": len(table),
        "groups": ", ".join(f"{count} {group}" for group, count in Counter(p.group for p in table).items()),
        "sources": "\n".join(
            f"- {source.name}: {source.reference}. {source.licence}."
            for source in dict.fromkeys(prototype.source for prototype in table)
        ),
        "descriptor_length": DESCRIPTOR_LENGTH,
        "descriptor_type": DESCRIPTOR_TYPE,
        "n_max": settings.N_MAX,
        "l_max": settings.L_MAX,
        "r_cut": f"{r_cut:g}",
        "sigma": f"{sigma:g}",
        "scale": f"{scale:g}",
        "n_conflicts": len(conflicts),
        "conflicts": _table(
            ("class", "name", "geometry", "paper"),
            _groups(conflicts),
        ),
        "n_words": len(words),
        "words": _table(
            ("class", "name", "geometry", "paper"),
            _groups(words),
        ),
        "near_duplicates": "\n".join(
            f"- {get_prototype(a).name} (`{a}`) and {get_prototype(b).name} (`{b}`)" for a, b in NEAR_PAIRS
        ),
        "mislabelled": f'class {mislabelled.number}, which the paper lists as "{mislabelled.name}", is '
        f"{mislabelled.formula.rstrip('0123456789')} (`{mislabelled.id}`)",
        "composition": f'class {composition.number}, "{composition.name}" (`{composition.id}`), '
        f"holds {composition.formula}",
    }


def _prototypes_facts(manifest: Manifest) -> dict[str, Any]:
    structures = list(pristine_structures())
    split = {file.split: file.rows for file in manifest.of("pristine")}
    return {
        "n_structures": f"{len(structures):,}",
        "n_periodic": sum(spec.periodic for spec in structures),
        "n_finite": sum(not spec.periodic and spec.prototype.is_periodic for spec in structures),
        "n_tubes": sum(not spec.prototype.is_periodic for spec in structures),
        "n_settings": len(settings.GRID),
        "n_rows": f"{len(structures) * len(settings.GRID):,}",
        "r_cuts": ", ".join(f"{value:g}" for value in settings.R_CUTS),
        "sigmas": ", ".join(f"{value:g}" for value in settings.SIGMAS),
        "scales": ", ".join(f"{value:g}" for value in settings.EXTRINSIC_SCALES),
        "n_channel_rows": f"{len(structures) * len(settings.EXTRINSIC_SCALES):,}",
        "channels_length": CHANNELS_LENGTH,
        **{f"channels_{name}": f"{value:g}" for name, value in settings.CHANNELS.items()},
        "split_seed": SPLIT_SEED,
        "validation_percent": f"{VALIDATION_FRACTION:.0%}",
        "train_rows": f"{split.get('train', 0):,}",
        "validation_rows": f"{split.get('validation', 0):,}",
        **_atoms(structures),
    }


def _defects_facts(manifest: Manifest) -> dict[str, Any]:
    structures = list(benchmark_structures(DEFECTIVE_CONDITIONS[0]))
    bases = {(spec.class_id, spec.k, spec.periodic) for spec in structures}
    conditions = [CONDITIONS[name] for name in DEFECTIVE_CONDITIONS]
    return {
        "n_conditions": len(conditions),
        "n_bases": len(bases),
        "n_iterations": 1 + max(spec.iteration for spec in structures),
        "n_rows": f"{len(structures):,}",
        "n_all_rows": f"{len(structures) * len(conditions):,}",
        "displacements": ", ".join(f"{value:g}" for value in DISPLACEMENTS),
        "missing": ", ".join(f"{value:g}" for value in MISSING),
        "conditions": _table(
            ("configuration", "atoms removed", "displacement (units of d_NN)"),
            [(f"`{c.name}`", f"{c.missing:.0%}", f"{c.displacement:g}") for c in conditions],
        ),
        **_atoms(structures),
    }


def _dynamics_facts(manifest: Manifest) -> dict[str, Any]:
    systems = load_systems()
    return {
        "n_systems": len(systems),
        "n_system_classes": len({s.class_id for s in systems}),
        "n_runs": protocol.RUNS,
        "n_frames": protocol.FRAMES,
        "temperatures": ", ".join(f"{share:g}" for share in protocol.SOLIDS),
        "melt_temperatures": ", ".join(f"{share:g}" for share in sorted(protocol.LIQUIDS)),
        "least_atoms": min(s.n_atoms for s in systems),
        "most_atoms": max(s.n_atoms for s in systems),
        "settling": f"{sum(protocol.SETTLING):g}",
        "position_step": f"1/{STEPS_PER_ANGSTROM}",
        "apart": f"{protocol.APART:g}",
        "quenched": f"{protocol.QUENCHED:g}",
        "quench": f"{protocol.QUENCH:g}",
        "watched": f"{protocol.APART * (protocol.FRAMES - 1):g}",
        "vibrating": f"{observables.VIBRATING:g}",
        "jumped": f"{observables.JUMPED:g}",
        "most_jumped": f"{observables.MOST_JUMPED:.0%}",
        "deformed": f"{observables.DEFORMED:g}",
        "strained": f"{observables.STRAINED:.0%}",
        "diffusing": f"{observables.DIFFUSING:g}",
        "ordered": f"{observables.ORDERED:g}",
        "systems": _table(
            ("system", "class", "potential", "melting point (K)", "measured (K)"),
            [(s.name, f"`{s.class_id}`", s.citation, _kelvin(s.melting), _kelvin(s.experiment)) for s in systems],
        ),
        "melting_sources": "\n".join(f"- {source}." for source in dict.fromkeys(s.melting.source for s in systems)),
    }


def _kelvin(temperature: Temperature | None) -> str:
    if temperature is None:
        return ""
    spread = "" if temperature.half_interval is None else f" ± {temperature.half_interval:.0f}"
    return f"{temperature.value:.0f}{spread}"


_OWN_FACTS: dict[str, Callable[[Manifest], dict[str, Any]]] = {
    "prototypes": _prototypes_facts,
    "defects": _defects_facts,
    "dynamics": _dynamics_facts,
}


def _atoms(structures: list[StructureSpec]) -> dict[str, Any]:
    counts = [spec.n_atoms for spec in structures]
    return {"least_atoms": min(counts), "most_atoms": max(counts)}


def conflicting_numbers() -> list[Prototype]:
    """Classes for which the paper lists another space group than the geometry has."""
    groups = [(p, p.space_group) for p in load_prototypes() if p.space_group]
    return [p for p, group in groups if isinstance(group.paper, int) and group.paper != group.number]


def crystal_systems() -> list[Prototype]:
    """Classes for which the paper lists a crystal system in place of a space group."""
    return [p for p in load_prototypes() if p.space_group and isinstance(p.space_group.paper, str)]


def _groups(prototypes: list[Prototype]) -> list[tuple[object, ...]]:
    groups = [(p, p.space_group) for p in prototypes if p.space_group]
    return [(f"`{p.id}`", p.name, f"{group.number} ({group.symbol})", group.paper) for p, group in groups]


def _extent(manifest: Manifest) -> str:
    present, known = len(manifest.configs), len(DATASETS[manifest.dataset])
    sentences = []
    if manifest.limit is not None:
        sentences.append(
            f"> **This is a partial build, for trying out**: the first {manifest.limit} structures or classes of each "
            "configuration only. Do not publish it or report results on it."
        )
    if present < known:
        sentences.append(f"> **Of {known} configurations this folder holds {present}**: {', '.join(manifest.configs)}.")
    return "".join(f"{sentence}\n\n" for sentence in sentences)


def _files_table(manifest: Manifest) -> str:
    rows = [
        (f"`{file.config}`", file.split, f"{file.rows:,}", f"{file.size / 1e6:,.1f} MB")
        for file in manifest.files
        if file.config is not None
    ]
    return _table(("configuration", "split", "rows", "size"), rows)


def _column_tables(manifest: Manifest) -> list[str]:
    """A table of the columns of each schema; configurations that share one share the table."""
    shared: dict[str, list[str]] = {}
    for name in manifest.configs:
        features = get_config(manifest.dataset, name).features()
        rows = [(f"`{key}`", _type(feature), COLUMNS[key]) for key, feature in features.items()]
        shared.setdefault(_table(("column", "type", "meaning"), rows), []).append(name)
    if len(shared) == 1:
        return list(shared)
    return [f"### {', '.join(f'`{name}`' for name in names)}\n\n{table}" for table, names in shared.items()]


def _type(feature: Any) -> str:
    """A column's type in words."""
    from datasets import ClassLabel, List

    if isinstance(feature, dict):
        return "record of " + ", ".join(f"{key}: {_type(value)}" for key, value in feature.items())
    if isinstance(feature, ClassLabel):
        return f"class label ({feature.num_classes} names)"
    if isinstance(feature, List):
        length = f" of length {feature.length}" if feature.length >= 0 else ""
        return f"list{length} of {_type(feature.feature)}"
    return str(feature.dtype)


def _table(header: tuple[str, ...], rows: Sequence[tuple[object, ...]]) -> str:
    lines = [header, ("---",) * len(header), *rows]
    return "\n".join(f"| {' | '.join(str(cell) for cell in line)} |" for line in lines)
