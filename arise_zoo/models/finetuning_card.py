"""The model card of a fine-tuned network. That of a network trained from the start is in `card`."""

from __future__ import annotations

from typing import Any

from .checkpoint import Facts


def finetuned_card(facts: Facts, record: dict[str, Any]) -> str:
    """The model card, Markdown with the Hub's YAML head."""
    base, options, results = record["base"], record["options"], record["results"]
    classes = "\n".join(f"| `{label}` | {found[0]['formula']} |" for label, found in record["new_classes"].items())
    kept = "in the place of" if options["replace_head"] else "besides"
    layers = "the last layer alone" if options["freeze"] else f"all layers, {options['epochs']} epochs"
    lines = []
    for which, found in results["accuracy"].items():
        before = "-" if found["before"] is None else f"{found['before']:.2f} %"
        lines.append(f"| {which} | {results['n'][which]} | {before} | {found['after']:.2f} % |")
    scores = "\n".join(lines)
    return f"""---
license: apache-2.0
library_name: keras
pipeline_tag: other
tags: [crystal-structure, materials-science, bayesian-deep-learning]
---

# {facts.name}

`{base["name"]}` of arise_zoo, fine-tuned to name {len(record["new_classes"])} classes {kept} its {base["labels"]}.

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
"""
