"""Files as people have them: read rightly, or refused with a sentence that says what to do."""

import bz2
import gzip
import io
import lzma
import os
import threading

import numpy as np
import pytest
from ase import Atoms
from ase.build import bulk
from ase.io import write
from hypothesis import given, settings
from hypothesis import strategies as st

from arise_zoo import classify
from arise_zoo.cli.zoo import main
from arise_zoo.descriptors import AveragedSOAP
from arise_zoo.errors import StructureError, UnknownNameError
from arise_zoo.prototypes import class_ids, get_prototype
from arise_zoo.reading import read_frames, read_named, read_structure
from arise_zoo.structures.operations import random_rotation

HEAD = """data_test
_cell_length_a {a}
_cell_length_b {b}
_cell_length_c {c}
_cell_angle_alpha 90
_cell_angle_beta 90
_cell_angle_gamma {gamma}
"""
LOOP = """loop_
_atom_site_label
_atom_site_type_symbol
{columns}_atom_site_fract_x
_atom_site_fract_y
_atom_site_fract_z
"""


def cif(sites, symmetry="", a=4.0, b=None, c=None, gamma=90, columns=""):
    """The text of a CIF file."""
    head = HEAD.format(a=a, b=b or a, c=c or a, gamma=gamma)
    return head + symmetry + LOOP.format(columns=columns) + "\n".join(sites) + "\n"


@pytest.fixture
def read(tmp_path):
    """Write a file and read its first structure."""

    def read(text, name="x.cif", **options):
        (tmp_path / name).write_text(text, encoding="utf-8")
        return read_frames(tmp_path / name, **options)[0]

    return read


def symbol(name):
    return f"_symmetry_space_group_name_H-M '{name}'\n"


@pytest.mark.parametrize("digits", [2, 3, 4, 5, 6])
def test_images_of_a_site_that_coincide_within_its_digits_are_one_atom(read, digits):
    third, two = f"{1 / 3:.{digits}f}", f"{2 / 3:.{digits}f}"
    atoms = read(cif([f"Ti1 Ti {third} {two} 0.25"], symbol("P 63/m m c"), a=2.95, c=4.68, gamma=120))
    assert len(atoms) == 2
    assert classify(atoms, n_samples=5)[0].label == "hcp_mg"


@pytest.mark.parametrize(
    ("name", "place", "natoms"),
    [
        ("F d -3 m :2", 0.125, 8),
        ("F d -3 m :1", 0.0, 8),
        ("F d -3 m Z", 0.125, 8),
        ("F d -3 m S", 0.0, 8),
        ("Fd-3m:2", 0.125, 8),
        ("F d -3 m", 0.125, 8),
        ("F d -3 m", 0.0, 8),
    ],
)
def test_the_choice_of_origin_counts_and_is_told_where_it_was_left_open(read, name, place, natoms):
    atoms = read(cif([f"Si1 Si {place} {place} {place}"], symbol(name), a=5.43))
    assert len(atoms) == natoms
    assert classify(atoms, n_samples=5)[0].label == "diamond_c"
    assert ("notes" in atoms.info) == (name == "F d -3 m")


def test_the_coordinate_system_code_is_an_origin_too(read):
    code = symbol("F d -3 m") + "_space_group_IT_coordinate_system_code 2\n"
    atoms = read(cif(["Ge1 Ge 0.125 0.125 0.125"], code, a=5.66))
    assert len(atoms) == 8 and "notes" not in atoms.info


@pytest.mark.parametrize("setting", ["R -3 m :H", "R -3 m H", "R -3 m", "166"])
def test_rhombohedral_settings_follow_the_cell_or_the_symbol(read, setting):
    named = f"_symmetry_Int_Tables_number {setting}\n" if setting.isdigit() else symbol(setting)
    assert len(read(cif(["Bi1 Bi 0 0 0.2339"], named, a=4.546, c=11.86, gamma=120))) == 6


def test_a_hall_symbol_is_enough(read):
    hall = "_space_group_name_Hall '-F 4vw 2vw 3'\n"
    assert len(read(cif(["C1 C 0.125 0.125 0.125"], hall, a=3.57))) == 8


def test_operations_of_a_group_that_the_file_does_not_mean_are_a_contradiction(read):
    symmetry = symbol("P m -3 m") + "loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\nloop_dummy\n".replace("loop_dummy\n", "")
    with pytest.raises(StructureError, match=r"contradicts itself: it names space group 221, but the 1 operation"):
        read(cif(["Cs1 Cs 0 0 0", "Cl1 Cl 0.3 0.5 0.5"], symmetry))


def test_a_symbol_is_no_contradiction_where_all_atoms_are_listed(read):
    symmetry = symbol("F m -3 m") + "loop_\n_symmetry_equiv_pos_as_xyz\nx,y,z\n"
    sites = [
        f"Cu{i} Cu {x} {y} {z}" for i, (x, y, z) in enumerate([(0, 0, 0), (0, 0.5, 0.5), (0.5, 0, 0.5), (0.5, 0.5, 0)])
    ]
    assert len(read(cif(sites, symmetry, a=3.6))) == 4


@pytest.mark.parametrize(
    ("sites", "natoms", "note"),
    [
        (["Cu1 Cu 0.7 0 0 0", "Zn1 Zn 0.3 0 0 0"], 4, "a site is mixed, of Cu1 (0.7) and Zn1 (0.3); Cu is taken"),
        (["Cu1 Cu 0.3 0 0 0", "Zn1 Zn 0.7 0 0 0"], 4, "a site is mixed, of Cu1 (0.3) and Zn1 (0.7); Zn is taken"),
        (["Ti1 Ti 0.9 0 0 0"], 4, "site Ti1 is occupied to 0.9 only; it is taken as full"),
    ],
)
def test_mixed_and_partial_sites_come_with_the_answer(read, sites, natoms, note):
    atoms = read(cif(sites, symbol("F m -3 m"), columns="_atom_site_occupancy\n"))
    assert len(atoms) == natoms and atoms.info["notes"] == (note,)
    (answer,) = classify(atoms, n_samples=5)
    assert answer.label == "fcc_cu" and answer.notes == (note,) and note in str(answer)


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (cif(["Na1 Na 0 0 0", "H1 H ? 0.2 ?"]), "gives no coordinates for site H1"),
        (cif(["Na1 Na 0 0 0"], symbol("Q 5 x")), "names the space group 'Q 5 x', which is not known"),
        (cif(["Na1 Na 0 0 0"], a="?"), "has no number for _cell_length_a"),
        (cif(["Na1 Na 0 0 0"], c="1e-30"), "a cell without volume"),
        (cif([]), "holds no atoms"),
        ("data_x\nloop_\n_a\n_b\n1 2 3\n", "not a valid CIF file"),
        ("\n\n", "is empty"),
    ],
)
def test_a_faulty_cif_is_refused_with_what_is_wrong(read, text, sentence):
    with pytest.raises(StructureError, match=sentence):
        read(text)


def test_small_faults_of_cif_files_are_forgiven(read):
    assert len(read("\ufeff" + cif(["Fe1 Fe . . .", "Fe2 Fe 1/2 1/2 1/2"], "_symmetry_equiv_pos_as_xyz x,y,z\n"))) == 2
    assert len(read(cif(["Fe1 Fe 0.0000(2) 0 0", "Fe2 Fe 0.5 0.5 0.5"]))) == 2
    dummy = cif(["Fe1 Fe dum 0.1 0 0", "Fe2 Fe Uij 0.5 0.5 0.5"], columns="_atom_site_calc_flag\n")
    assert len(read(dummy)) == 1


@pytest.mark.parametrize(
    ("label", "element"),
    [("Na+", "Na"), ("Na1+", "Na"), ("NA", "Na"), ("na", "Na"), ("Na12", "Na"), ("11", "Na"), ("D", "H"), ("T", "H")],
)
def test_species_are_understood_as_people_write_them(read, label, element):
    atoms = read(f"2\n\n{label} 0 0 0\nCl 2.8 0 0\n", "x.xyz")
    assert atoms.get_chemical_symbols() == [element, "Cl"]


@pytest.mark.parametrize("labels", [("A", "B"), ("Big", "Small"), ("type_a", "type_b")])
def test_types_that_are_no_elements_are_species_of_their_own(read, labels):
    nacl = bulk("NaCl", "rocksalt", a=5.64, cubic=True)
    rows = [f"{labels[int(n == 17)]} {x} {y} {z}" for n, (x, y, z) in zip(nacl.numbers, nacl.positions, strict=True)]
    comment = 'Lattice="5.64 0 0 0 5.64 0 0 0 5.64" Properties=species:S:1:pos:R:3 pbc="T T T"'
    atoms = read("\n".join(["8", comment, *rows]) + "\n", "x.xyz")
    assert "of its own" in atoms.info["notes"][0] or "of their own" in atoms.info["notes"][0]
    assert classify(atoms, n_samples=5)[0].label == "nacl"
    named = read("\n".join(["8", comment, *rows]) + "\n", "x.xyz", species={labels[0]: "Na", labels[1]: "Cl"})
    assert sorted(set(named.get_chemical_symbols())) == ["Cl", "Na"] and "notes" not in named.info


def test_a_poscar_without_elements_has_types_that_can_be_named(read, tmp_path):
    lines = [
        "generated",
        "1.0",
        "3.6 0 0",
        "0 3.6 0",
        "0 0 3.6",
        "1 3",
        "Direct",
        "0 0 0",
        "0 .5 .5",
        ".5 0 .5",
        ".5 .5 0",
    ]
    assert classify(read("\n".join(lines) + "\n", "POSCAR"), n_samples=5)[0].label == "l12_cu3au"
    named = read("\n".join(lines) + "\n", "POSCAR", species="Al,Ni")
    assert named.get_chemical_formula() == "AlNi3" and "notes" not in named.info


DATA = """comment

4 atoms
2 atom types

0 3.6 xlo xhi
0 3.6 ylo yhi
0 3.6 zlo zhi

{masses}Atoms # atomic

1 1 0 0 0
2 2 0 1.8 1.8
3 2 1.8 0 1.8
4 2 1.8 1.8 0
"""


@pytest.mark.parametrize(
    ("masses", "symbols"),
    [
        ("Masses\n\n2 58.69\n1 26.98\n\n", ["Al", "Ni", "Ni", "Ni"]),  # out of order
        ("Masses\n\n1 1.0 # Al\n2 1.0 # Ni\n\n", ["Al", "Ni", "Ni", "Ni"]),
        ("", None),
    ],
)
@pytest.mark.parametrize("name", ["x.data", "x.lmp", "x"])
def test_a_lammps_data_file_needs_neither_masses_nor_an_extension(read, masses, symbols, name):
    atoms = read(DATA.format(masses=masses), name)
    assert classify(atoms, n_samples=5)[0].label == "l12_cu3au"
    assert symbols is None or atoms.get_chemical_symbols() == symbols
    assert read(DATA.format(masses=masses), name, species="Cu,Zr").get_chemical_formula() == "CuZr3"


def test_a_data_file_that_is_cut_off_is_not_answered(read):
    with pytest.raises(StructureError, match=r"announces 4 atoms|can be read"):
        read(DATA.format(masses="")[:-12], "x.data")


def dump(columns="id type x y z", bounds="pp pp pp", rows=None, n=4):
    head = f"ITEM: TIMESTEP\n0\nITEM: NUMBER OF ATOMS\n{n}\nITEM: BOX BOUNDS {bounds}\n" + "0 3.6\n" * 3
    head += f"ITEM: ATOMS {columns}\n"
    default = ["4 2 1.8 1.8 0", "1 1 0 0 0", "2 2 0 1.8 1.8", "3 2 1.8 0 1.8"]
    return head + "\n".join(default if rows is None else rows) + "\n"


def test_dumps_are_read_with_old_heads_and_scaled_coordinates_too(read):
    plain = read(dump(), "x.lammpstrj")
    assert plain.get_chemical_formula() == read(dump(bounds=""), "x.dump").get_chemical_formula()
    scaled = ["1 1 0 0 0", "2 2 0 .5 .5", "3 2 .5 0 .5", "4 2 .5 .5 0"]
    old = read(dump(columns="", bounds="", rows=scaled), "dump.0")
    assert np.allclose(plain.positions, old.positions) and np.allclose(plain.cell, old.cell)
    assert classify(plain, n_samples=5)[0].label == "l12_cu3au"


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (dump(columns="x y z", rows=["0 0 0"] * 4), "no column type or element"),
        (dump(columns="id type vx vy vz"), "no coordinates of atoms"),
        (dump(n=5), "announces 5 atoms but ends before"),
        (dump() + "ITEM: TIMESTEP\n1\nITEM: NUMBER OF ATOMS\n4\n", "frame 1 of .* announces 4 atoms but ends before"),
    ],
)
def test_a_faulty_dump_is_refused_with_what_is_wrong(read, text, sentence):
    with pytest.raises(StructureError, match=sentence):
        read(text, "x.lammpstrj")


@pytest.mark.parametrize(("suffix", "pack"), [(".gz", gzip.compress), (".bz2", bz2.compress), (".xz", lzma.compress)])
def test_compressed_files_are_read_and_damaged_ones_refused(tmp_path, suffix, pack):
    text = cif(["Cu1 Cu 0 0 0"], symbol("F m -3 m"), a=3.6).encode()
    (tmp_path / f"x.cif{suffix}").write_bytes(pack(text))
    assert len(read_frames(tmp_path / f"x.cif{suffix}")[0]) == 4
    (tmp_path / f"y.cif{suffix}").write_bytes(pack(text)[:-20])
    with pytest.raises(StructureError, match="cannot be read"):
        read_frames(tmp_path / f"y.cif{suffix}")


def test_frames_are_named_behind_an_at_sign_and_paths_may_hold_one(tmp_path, monkeypatch):
    frames = [bulk("Cu", a=3.5 + 0.1 * i) for i in range(5)]
    for name in ("t.xyz", "odd@3.xyz"):
        write(tmp_path / name, frames, format="extxyz")
    assert [round(float(a.cell.volume), 2) for a in read_frames(f"{tmp_path}/t.xyz@1:4:2")] == [
        round(float(frames[i].cell.volume), 2) for i in (1, 3)
    ]
    assert [name for name, _ in read_named(f"{tmp_path}/t.xyz@1:4:2")] == [f"{tmp_path}/t.xyz@{i}" for i in (1, 3)]
    assert read_named(f"{tmp_path}/t.xyz@-1")[0][0] == f"{tmp_path}/t.xyz@4"
    assert len(read_frames(f"{tmp_path}/t.xyz@-1")) == 1 and len(read_frames(f"{tmp_path}/odd@3.xyz")) == 5
    with pytest.raises(StructureError, match="none of these frames"):
        read_frames(f"{tmp_path}/t.xyz@7:9")
    with pytest.raises(StructureError, match="has no frame 7"):
        read_frames(f"{tmp_path}/t.xyz@7")
    with pytest.raises(StructureError, match=r"'first' behind .*@ names no frames"):
        read_frames(f"{tmp_path}/t.xyz@first")


@pytest.mark.parametrize("pack", [bytes, gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize(
    ("name", "format"), [("x.cif", None), ("x.xyz", None), ("x.traj", None), ("POSCAR", "poscar"), ("x.json", "json")]
)
def test_what_comes_through_a_pipe_is_read_packed_or_not(name, format, pack, tmp_path, monkeypatch):
    salt = bulk("NaCl", "rocksalt", a=5.64, cubic=True)
    write(tmp_path / name, salt)
    packed = pack((tmp_path / name).read_bytes())
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(packed)))
    ((given, atoms),) = read_named("-@0", format=format)
    assert given == "-@0" and len(atoms) == 8 and len(set(atoms.numbers)) == 2
    (tmp_path / f"{name}.misnamed").write_bytes(packed)
    assert len(read_frames(tmp_path / f"{name}.misnamed", format=format)[0]) == 8
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    writer = threading.Thread(target=pipe.write_bytes, args=(packed,))
    writer.start()
    assert len(read_frames(pipe, format=format)[0]) == 8
    writer.join()


def test_the_command_reads_frames_of_standard_input(monkeypatch, capsys):
    text = io.StringIO()
    write(text, [bulk("Cu"), bulk("Na"), bulk("Ag")], format="extxyz")
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(text.getvalue().encode())))
    assert main(["classify", "-@1:", "--samples", "5", "--csv"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line.split(",")[0] for line in lines[1:]] == ["-@1", "-@2"] and ",bcc_w," in lines[1]


@pytest.mark.parametrize(("begin", "kind"), [(b"PK\3\4", "zip"), (b"(\xb5/\xfd", "zstd")])
def test_an_archive_is_named_as_one(begin, kind, tmp_path):
    (tmp_path / "x.cif").write_bytes(begin + bytes(100))
    with pytest.raises(StructureError, match=f"is packed by {kind}; unpack it first"):
        read_frames(tmp_path / "x.cif")


def test_unknown_formats_and_species_are_named(tmp_path):
    (tmp_path / "x.xyz").write_text("1\n\nCu 0 0 0\n")
    with pytest.raises(UnknownNameError, match="unknown format"):
        read_frames(tmp_path / "x.xyz", format="extxyzz")
    with pytest.raises(StructureError, match="'Qq' is no element"):
        read_frames(tmp_path / "x.xyz", species="Qq")
    numbered = read_frames(tmp_path / "x.xyz", format=" XYZ ", species="Cu=29")
    assert numbered[0].get_chemical_symbols() == ["Cu"]
    with pytest.raises(StructureError, match="is a folder"):
        read_frames(tmp_path)


@pytest.mark.parametrize(
    ("atoms", "sentence"),
    [
        (Atoms("Cu2", [(0, 0, 0), (np.nan, 0, 0)]), "no finite position for atom 1"),
        (Atoms("Cu", cell=[0, 0, 0], pbc=True), "has no periodic cell"),
        (Atoms("X", [(0, 0, 0)]), "atoms of no element"),
    ],
)
def test_structures_that_nothing_can_be_computed_with_are_refused(atoms, sentence, tmp_path):
    write(tmp_path / "x.traj", atoms)
    with pytest.raises(StructureError, match=sentence):
        read_structure(tmp_path / "x.traj")


FORMATS = {
    "cif": "x.cif",
    "extxyz": "x.xyz",
    "vasp": "POSCAR",
    "lammps-data": "x.data",
    "json": "x.json",
    "traj": "x.traj",
    "gen": "x.gen",
    "xsf": "x.xsf",
    "res": "x.res",
    "aims": "geometry.in",
    "espresso-in": "x.pwi",
}


@pytest.mark.parametrize("format", FORMATS)
@pytest.mark.parametrize("class_id", ["hcp_mg", "wurtzite_zns", "beta_sn", "cu2znsns4"])
def test_a_crystal_is_the_same_through_every_format(format, class_id, tmp_path):
    atoms = get_prototype(class_id).build()
    elements = sorted(set(atoms.get_chemical_symbols()))
    options = {
        "espresso-in": {"pseudopotentials": {element: f"{element}.upf" for element in elements}},
        "lammps-data": {"specorder": elements, "masses": True},
        "vasp": {"direct": True},
    }.get(format, {})
    write(tmp_path / FORMATS[format], atoms, format=format, **options)
    (again,) = read_frames(tmp_path / FORMATS[format])
    soap = AveragedSOAP()
    ours, theirs = soap.create(again), soap.create(atoms)
    assert np.abs(ours - theirs).max() < (1e-6 if format in ("json", "traj", "extxyz", "vasp", "lammps-data") else 1e-3)


@settings(max_examples=40, deadline=None)
@given(
    class_id=st.sampled_from([class_id for class_id in class_ids() if get_prototype(class_id).is_periodic]),
    seed=st.integers(0, 2**32 - 1),
    shear=st.tuples(*[st.integers(-3, 3)] * 3),
    repeat=st.tuples(*[st.integers(1, 2)] * 3),
    left_handed=st.booleans(),
)
def test_a_crystal_is_the_same_however_it_is_given(class_id, seed, shear, repeat, left_handed):
    atoms = get_prototype(class_id).build()
    rng = np.random.default_rng(seed)
    if get_prototype(class_id).group == "monolayer":
        repeat, shear = (*repeat[:2], 1), (shear[0], 0, 0)
    other = atoms.repeat(repeat)
    a, b, c = shear
    other.set_cell(np.array([[1, a, b], [0, 1, c], [0, 0, 1]]) @ other.cell.array)  # another basis of one lattice
    if left_handed:
        other.set_cell(other.cell.array[[1, 0, 2]])
        other.set_pbc(other.pbc[[1, 0, 2]])
    other = other[rng.permutation(len(other))]
    other.positions += rng.integers(-2, 3, (len(other), 3)) @ other.cell.array + rng.normal(size=3)
    rotation = random_rotation(rng)
    other.set_cell(other.cell.array @ rotation.T)
    other.positions = other.positions @ rotation.T
    soap = AveragedSOAP()
    assert np.abs(soap.create(other) - soap.create(atoms)).max() < 1e-6
    assert classify(other, n_samples=0)[0].label == classify(atoms, n_samples=0)[0].label
