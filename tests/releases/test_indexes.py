"""An index of structures is published, pulled and searched like a model."""

import json

import ase.io
from ase.build import bulk

from arise_zoo import __version__
from arise_zoo.index import StructureIndex

TAG = f"v{__version__}"


def test_an_index_is_published_pulled_and_searched(hub, call, tmp_path):
    folder = StructureIndex.build({"copper": bulk("Cu"), "tungsten": bulk("W")}, "metals").save(tmp_path / "index")
    wrong = call.zoo("publish", folder, "--repo", "me/metals", "--tag", "v7.0.0")
    assert wrong.returncode == 2 and f"does not fit metals {__version__}" in wrong.stderr
    done = call.zoo("publish", folder, "--repo", "me/metals", "--tag", TAG)
    assert done.returncode == 0, done.stderr
    assert done.stdout == f'arise_zoo.StructureIndex.load("me/metals", revision="{TAG}")\n'
    assert ("dataset", "me/metals") in hub.repositories
    pulled = call.zoo("pull", "me/metals", "--index", "--revision", TAG)
    assert pulled.returncode == 0, pulled.stderr
    assert StructureIndex.load(pulled.stdout.strip()).entries.equals(StructureIndex.load(folder).entries)
    ase.io.write(tmp_path / "nickel.cif", bulk("Ni", cubic=True))
    asked = ["similar", "nickel.cif", "--index", "me/metals", "--revision", TAG, "--json"]
    (answer,) = json.loads(call.zoo(*asked, HF_HUB_OFFLINE="1").stdout)
    assert (answer["prototype"], answer["meaning"]) == ("copper", "identical")


def test_a_damaged_index_is_not_published(hub, call, tmp_path):
    folder = StructureIndex.build({"copper": bulk("Cu")}, "metals").save(tmp_path / "index")
    (folder / "entries.parquet").write_bytes(b"damaged")
    done = call.zoo("publish", folder, "--repo", "me/metals", "--tag", TAG)
    assert done.returncode == 2 and "does not match its SHA-256" in done.stderr and not hub.repositories
