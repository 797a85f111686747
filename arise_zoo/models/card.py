"""Model cards, written from the record of a training or fine-tuning. The checkpoint around them is in `checkpoint`.

A number on the card is one that was measured when the model was made.
"""

from __future__ import annotations

from typing import Any

from ..descriptors.parameters import KIND, LOCAL
from .checkpoint import Facts
from .outputs import UNKNOWN

_HEAD = """\
---
license: apache-2.0
library_name: keras
pipeline_tag: tabular-classification
tags: [crystal-structure, materials-science, bayesian-deep-learning]
"""
"""The first lines of the Hub's YAML head."""

_INSTALL = """\
```sh
pip install arise-zoo
```
"""

_ELEMENTS = "Elements are not seen, only which sites are alike."


def card_of(facts: Facts, record: dict[str, Any]) -> str:
    """The card of a model, Markdown with the Hub's YAML head, from what its checkpoint says of it and its training."""
    if "new_classes" in record:
        return _finetuned_card(facts, record)
    if facts.descriptor.get(KIND) == LOCAL:
        return _atoms_card(facts, record)
    return _family_card(facts, record) if UNKNOWN in facts.labels else _network_card(facts, record)


def _network_card(facts: Facts, record: dict[str, Any]) -> str:
    """Of a network trained from the start."""
    architecture, recipe, results = record["architecture"], record["recipe"], record["results"]
    widths = [architecture["n_features"], *architecture["hidden"], architecture["n_classes"]]
    further = record["further_rows"]
    seen = "defective structures too" if facts.trained_on_defects else "pristine structures only"
    settings = "\n".join(f"| `{key}` | {value} |" for key, value in facts.descriptor.items())
    return f"""{_HEAD}datasets: [arise/prototypes]
---

# {facts.name}

Names the prototype of a crystal structure, one of 108 classes, with uncertainties: a multilayer perceptron on the
averaged SOAP descriptor whose dropout stays on at prediction. The network of A. Leitherer, A. Ziletti and L. M.
Ghiringhelli, Nat. Commun. 12, 6234 (2021), trained anew on {seen}.

{_INSTALL}
```python
import arise_zoo

print(arise_zoo.classify("structure.cif", model="{facts.name}"))
model = arise_zoo.load_model("{facts.name}")
model.predict_proba(model.describe([atoms]))  # columns: model.labels
```

`keras.saving.load_model(folder)` reads it as well; called with `training=True` the network makes one pass.

## Input and output

Layers {" - ".join(map(str, widths))}, dropout {_dropout(architecture)}, softmax.
{_first_layer(recipe)} Descriptor (`arise_zoo.descriptors.AveragedSOAP`; lengths in units of the
most frequent nearest-neighbour distance):

| parameter | value |
| --- | --- |
{settings}

## Training

{record["data"]["rows"]:,} rows of `arise/prototypes` (version {record["data"]["version"]}){_further(further)}.
Adam, {recipe["epochs"]} epochs, batch {recipe["batch_size"]}, one cycle of the learning rate up to
{recipe["learning_rate"]:g}, label smoothing {recipe["label_smoothing"]:g}, rows of one class mixed up to
{recipe["mixing"]:g}, seed {recipe["seed"]}{_scaled(record)}.{_averaged(record)}
`training.json` has everything else. Repeat it with `arise-zoo train {facts.name}`.

Accuracy with 100 Monte-Carlo passes: validation rows {results["validation"]:.2f} %, pristine structures at the central
setting {results["pristine"]:.2f} %. For displaced and missing atoms see the benchmark,
`arise-bench --method {facts.name}`.

## Limits

It knows 108 prototypes and names the most similar of them for everything it is shown; look at the mutual information
before believing it. {_ELEMENTS} Some classes are
nearly the same structure, such as hexagonal and rhombohedral graphite, Cu2ZnSiS4 and Cu2CdGeS4, graphene and C3N.
"""


def _family_card(facts: Facts, record: dict[str, Any]) -> str:
    """Of a model that knows `unknown`."""
    architecture, recipe, results, n = record["architecture"], record["recipe"], record["results"], record["n"]
    widths = [architecture["n_features"], *architecture["hidden"], architecture["n_classes"]]
    settings = "\n".join(f"| `{key}` | {value} |" for key, value in facts.descriptor.items())
    members = 1 + len(record["averaged_with"])
    return f"""{_HEAD}---

# {facts.name}

Names the prototype of a crystal structure as one meets it (hot, with vacancies and impurities, strained, alloyed, cut
out of a surface or a particle), one of 108 classes, or says that it is none: `unknown`.

{_INSTALL}
```python
import arise_zoo

print(arise_zoo.classify("structure.cif", model="{facts.name}"))
```

The answer has three parts: the label; the geometry (which lattice or framework, species ignored); and its decoration,
the order of a class, or "random".

## Input and output

{members} networks of layers {" - ".join(map(str, widths))}, dropout {_dropout(architecture)}, softmax, whose
probabilities are averaged over {facts.n_samples} passes. Outputs: the classes, the lattices of elements with species
at random, and `unknown`. Descriptor (`arise_zoo.descriptors.ChannelSOAP`; lengths in units of the first peak of the
pair distribution):

| parameter | value |
| --- | --- |
{settings}

## Training

{_family_rows(facts, record)}, and background
(`arise_zoo.models.augmentation.background`): disordered packings, gases, molecules and cages, crystals of random
symmetry, other orders of known lattices, superlattices, stacked layers and close packings with some holes filled.
{_seen(facts)} No molecular dynamics and no prototype outside the classes took part.

Adam, {recipe["epochs"]} epochs, batch {recipe["batch_size"]}, one cycle of the learning rate up to
{recipe["learning_rate"]:g}. `training.json` has everything else. Repeat it with `arise-zoo train {facts.name}`.

## When it says `unknown`

Where that is the most probable answer.{_odds(record)} On structures that were held out: classes right
{results["classes"]:.2f} % (n = {n["classes"]:,}), background caught {results["unknown"]:.2f} % (n = {n["unknown"]:,}),
right answers lost {results["lost"]:.2f} %. What the benchmark finds is on the leaderboard.

## Limits

It names one class for a whole structure, even where several crystals lie side by side; `arise-zoo map` looks inside.
{_ELEMENTS} A crystal that is none of the 108 can still be given the name of one that it
resembles; look at the verdict before believing it.
"""


def _family_rows(facts: Facts, record: dict[str, Any]) -> str:
    made = f"{record['rows']:,} rows that are made for it, of other seeds than the benchmark's:"
    pairs = f"""three of each of {record.get("analytic", 0)} pieces of the perfect crystal of each class and of random
alloys, and of at least {record.get("relatives", 0)} more of each class that has a near relative, pairs of whose atoms
are moved, left out and exchanged, each by itself (`arise_zoo.models.augmentation.analytic`)"""
    if not facts.trained_on_defects:
        return f"{made} {pairs}"
    return f"""{made} {record["field"]} structures of each class as one meets them
(`arise_zoo.models.augmentation.field`), {record.get("varied", 0)} whole supercells of other free parameters of each
class that has some, random alloys; {pairs}"""


def _odds(record: dict[str, Any]) -> str:
    if record.get("odds", 1.0) == 1.0:
        return ""
    return f""" β-Np and In, each the structure of one element and a slight distortion of bcc
and fcc, are taken beforehand to be {record["odds"]:g} times as rare as any other answer."""


def _seen(facts: Facts) -> str:
    if facts.trained_on_defects:
        return """It has seen defective structures: its scores are not to be compared with those of methods that have
seen pristine ones only."""
    return """It has seen no displaced, missing or exchanged atom of a class; some pieces of close-packed crystals had a
stacking fault."""


def _atoms_card(facts: Facts, record: dict[str, Any]) -> str:
    """Of a model of single atoms."""
    architecture, recipe, results, n = record["architecture"], record["recipe"], record["results"], record["n"]
    widths = [architecture["n_features"], *architecture["hidden"], architecture["n_classes"]]
    settings = "\n".join(f"| `{key}` | {value} |" for key, value in facts.descriptor.items())
    return f"""{_HEAD}---

# {facts.name}

Names the prototype that every atom of a structure is part of, one of 108 classes, or says that it is none: `unknown`.

{_INSTALL}
```python
import arise_zoo

print(arise_zoo.classify_atoms(atoms, model="{facts.name}"))
```

## Input and output

Layers {" - ".join(map(str, widths))}, dropout {_dropout(architecture)}, softmax;
probabilities are means over {facts.n_samples} passes. Outputs: the classes, the lattices of elements with species
at random, and `unknown`. Descriptor (`arise_zoo.descriptors.LocalSOAP`; lengths in units of the first peak of the
pair distribution):

| parameter | value |
| --- | --- |
{settings}

## Training

{record["rows"]:,} atoms of structures that are made for it, of other seeds than the benchmark's: {record["field"]} of
each class (`arise_zoo.models.augmentation.field`), random alloys, background
(`arise_zoo.models.augmentation.background`), and interfaces between crystals, grains and packings
(`arise_zoo.models.augmentation.interfaces`). It has seen defective structures: its scores are not to be compared with
those of methods that have seen pristine ones only. No molecular dynamics and no prototype outside the classes took
part. Adam, {recipe["epochs"]} epochs, batch {recipe["batch_size"]}, one cycle of the learning rate up to
{recipe["learning_rate"]:g}. `training.json` has everything else. Repeat it with `arise-zoo train {facts.name}`.

On atoms of structures that were held out: classes right {results["classes"]:.2f} % (n = {n["classes"]:,}), background
caught {results["unknown"]:.2f} % (n = {n["unknown"]:,}), right answers lost to `unknown` {results["lost"]:.2f} %.

## Limits

An atom is judged by its neighbourhood: at surfaces and between grains that is of no class, or of several. {_ELEMENTS}
"""


def _finetuned_card(facts: Facts, record: dict[str, Any]) -> str:
    """Of a fine-tuned network."""
    base, options, results = record["base"], record["options"], record["results"]
    classes = "\n".join(f"| `{label}` | {found[0]['formula']} |" for label, found in record["new_classes"].items())
    kept = "in the place of" if options["replace_head"] else "besides"
    layers = "the last layer alone" if options["freeze"] else f"all layers, {options['epochs']} epochs"
    lines = []
    for which, found in results["accuracy"].items():
        before = "-" if found["before"] is None else f"{found['before']:.2f} %"
        lines.append(f"| {which} | {results['n'][which]} | {before} | {found['after']:.2f} % |")
    scores = "\n".join(lines)
    return f"""{_HEAD}---

# {facts.name}

`{base["name"]}` of arise_zoo, fine-tuned to name {len(record["new_classes"])} classes {kept} its {base["labels"]}.

{_INSTALL}
```python
import arise_zoo

print(arise_zoo.classify("structure.cif", model="{facts.name}"))  # the folder of this checkpoint
```

| new class | formula |
| --- | --- |
{classes}

Trained: {layers}, on {record["rows"]["new"]:,} descriptors of the new classes and {record["rows"]["old"]:,} of the old
ones, all from pristine structures. Accuracy on pristine structures at the central setting, 100 Monte-Carlo passes:

| classes | structures | before | after |
| --- | --: | --: | --: |
{scores}

## Limits

Those of `{base["name"]}`: {_ELEMENTS.lower()} The new classes are known from
the structures above; how it does on defective samples of them has not been measured.
"""


def _dropout(architecture: dict[str, Any]) -> str:
    """Of the input and of the hidden layers."""
    of_inputs, of_units = architecture.get("input_dropout"), architecture["dropout"]
    if of_inputs is None or of_inputs == of_units:
        return f"{of_units:g} on the input and before each ReLU"
    return f"{of_inputs:g} on the input and {of_units:g} before each ReLU"


def _averaged(record: dict[str, Any]) -> str:
    """What further networks there are."""
    others = record.get("averaged_with") or []
    if not others:
        return ""
    rows = "\n".join(f"- {_in_short(other)}" for other in others)
    return f""" The probabilities are the mean of those of
{len(others) + 1} networks, among which the passes go round; the others have

{rows}
"""


def _in_short(record: dict[str, Any]) -> str:
    """One of several networks, in a line."""
    layers = " - ".join(map(str, record["architecture"]["hidden"]))
    further, recipe = record["further_rows"]["rows"], record["recipe"]
    parts = [f"hidden layers {layers}", f"{recipe['epochs']} epochs", f"seed {recipe['seed']}"]
    smoothed = [f"labels smoothed by {recipe['label_smoothing']:g}"] if recipe["label_smoothing"] else []
    return ", ".join([*parts, f"{further:,} rows besides", *smoothed]) + _scaled(record)


def _first_layer(recipe: dict[str, Any]) -> str:
    """What the layer in front does; recipes of earlier versions do not say, since all standardised."""
    if recipe.get("standardised", True):
        return "The first layer standardises the descriptor."
    return "The first layer, which can standardise the descriptor, leaves it as it is."


def _scaled(record: dict[str, Any]) -> str:
    """By what the logits were multiplied, if by anything."""
    if record["logit_factor"] == 1:
        return ""
    return f"""; then the logits were scaled by {record["logit_factor"]:.3f}, the
factor at which the validation rows are most likely"""


def _further(further: dict[str, int]) -> str:
    """What else took part."""
    if further["perturbed"]:
        return f""" and {further["rows"]:,} structures with displaced and
missing atoms, of other seeds than the benchmark's: its scores are not to be compared with those of methods that have
seen pristine structures only"""
    if further["blurred"]:
        return f""" and {further["rows"]:,} descriptors of
pristine structures, blurred as displacements would blur them on average"""
    return ""
