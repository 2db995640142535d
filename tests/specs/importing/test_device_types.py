"""Importing device types: the files unchanged under safe names, a model for each, and twice is once."""

from pathlib import Path

import pytest

from specs.importing import device_types
from specs.importing.folder import change, lay_down, read_folder, with_header
from specs.issues import SpecError
from specs.loading import load

SERVER = b"manufacturer: Maker\nmodel: Server 1\nslug: maker-server-1\nu_height: 2\n"


def imported(root: Path, *files: tuple[str, bytes], replace: bool = False) -> tuple[str, ...]:
    """Names of the files that an import wrote."""
    folder = read_folder(root)
    made = with_header(folder, device_types.draft(folder, files))
    changed = change(folder, made, replace)
    lay_down(root, changed.write)
    return tuple(changed.write)


def codes(root: Path, *files: tuple[str, bytes]) -> list[str]:
    with pytest.raises(SpecError) as caught:
        imported(root, *files)
    return [f"{issue.location} {issue.code}" for issue in caught.value.issues]


def test_samples_arrive_unchanged_and_the_folder_loads(shared_data: Path, tmp_path: Path) -> None:
    samples = sorted((shared_data / "devicetypes").iterdir())
    imported(tmp_path, *((sample.name, sample.read_bytes()) for sample in samples))
    arrived = sorted((tmp_path / "device-types").iterdir())
    assert sorted(file.read_bytes() for file in arrived) == sorted(sample.read_bytes() for sample in samples)
    estate = load(tmp_path).estate
    assert [model.device_type.source for model in estate.models.values()] == [
        f"device-types/{file.name}" for file in arrived
    ]


def test_importing_twice_changes_nothing(tmp_path: Path) -> None:
    assert imported(tmp_path, ("a.yaml", SERVER)) == (
        "device-types/maker-server-1.yaml",
        "estate.yaml",
        "models-imported.yaml",
    )
    assert imported(tmp_path, ("a.yaml", SERVER)) == ()


def test_later_imports_add_to_the_models_and_keep_what_people_wrote_beside_them(tmp_path: Path) -> None:
    imported(tmp_path, ("a.yaml", SERVER))
    models = tmp_path / "models-imported.yaml"
    models.write_text(models.read_text() + "    price: 900 USD  # offer of May")
    imported(tmp_path, ("b.yaml", b"manufacturer: Maker\nmodel: Switch\n"))
    assert "price: 900 USD  # offer of May\n  maker-switch:\n" in models.read_text()
    assert list(load(tmp_path).estate.models) == ["maker-server-1", "maker-switch"]


@pytest.mark.parametrize(
    "written", ["models: {a: {device_type: device-types/x.yaml}}\n", "models: [\n", "sites: {}\n"]
)
def test_a_models_file_that_cannot_be_added_to_is_left_alone(written: str, tmp_path: Path) -> None:
    (tmp_path / "device-types").mkdir()
    (tmp_path / "device-types/x.yaml").write_bytes(b"manufacturer: M\nmodel: X\n")
    (tmp_path / "models-imported.yaml").write_text(written)
    folder = (
        read_folder(tmp_path)
        if "[" not in written
        else read_folder(tmp_path, frozenset({"models-imported.yaml"}))
    )
    made = device_types.draft(folder, [("a.yaml", SERVER)])
    assert "models-imported-2.yaml" in made.files
    assert "models-imported.yaml" not in made.files


def test_a_model_that_names_the_file_already_is_enough(tmp_path: Path) -> None:
    (tmp_path / "mine.yaml").write_text("models:\n  big: {device_type: device-types/maker-server-1.yaml}\n")
    assert "models-imported.yaml" not in imported(tmp_path, ("a.yaml", SERVER))


def test_a_model_of_the_same_id_does_not_keep_a_new_one_out(tmp_path: Path) -> None:
    (tmp_path / "device-types").mkdir()
    (tmp_path / "device-types/x.yaml").write_bytes(b"manufacturer: M\nmodel: X\n")
    (tmp_path / "mine.yaml").write_text("models:\n  maker-server-[1-2]: {device_type: device-types/x.yaml}\n")
    imported(tmp_path, ("a.yaml", SERVER))
    assert list(load(tmp_path).estate.models) == ["maker-server-1", "maker-server-1-2", "maker-server-2"]


def test_a_different_file_in_the_way_is_kept_unless_told_otherwise(tmp_path: Path) -> None:
    imported(tmp_path, ("a.yaml", SERVER))
    other = SERVER + b"weight: 20\nweight_unit: kg\n"
    assert codes(tmp_path, ("a.yaml", other)) == ["device-types/maker-server-1.yaml:1:1 IMP-003"]
    assert imported(tmp_path, ("a.yaml", other), replace=True) == ("device-types/maker-server-1.yaml",)
    assert load(tmp_path).estate.models["maker-server-1"].device_type.weight_kg == 20


def test_two_different_files_of_one_model_are_refused(tmp_path: Path) -> None:
    assert codes(tmp_path, ("a.yaml", SERVER), ("b.yaml", SERVER + b"# x\n")) == ["b.yaml:1:1 IMP-004"]


def test_every_fault_of_every_file_is_told_and_nothing_is_written(tmp_path: Path) -> None:
    found = codes(
        tmp_path,
        ("good.yaml", SERVER),
        ("bomb.yaml", b"a: &a [x]\nb: [*a, *a]\n"),
        ("deep.yaml", b"[" * 100_000),
        ("list.yaml", b"- 1\n"),
        ("empty.yaml", b""),
        ("tag.yaml", b"manufacturer: !!python/object:os.system x\nmodel: y\n"),
        ("bad.yaml", b"manufacturer: M\nmodel: X\nu_height: tall\ninterfaces:\n  - type: lag\n"),
        ("nameless.yaml", b"model: X\n"),
    )
    assert found == [
        "bad.yaml:3:11 VAL-004",
        "bad.yaml:5:5 KEY-002",
        "bomb.yaml:1:4 YAML-004",
        "bomb.yaml:2:5 YAML-004",
        "deep.yaml:1:33 YAML-003",
        "empty.yaml:1:1 DEV-001",
        "list.yaml:1:1 DEV-001",
        "nameless.yaml:1:1 KEY-002",
        "tag.yaml:1:15 YAML-006",
    ]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["../../../etc/cron.d/x", "/abs", "..", "con", "a\\b", "\u202ex", "ﬁ"])
def test_no_maker_or_model_leads_out_of_the_folder(name: str, tmp_path: Path) -> None:
    quoted = '"' + name.replace("\\", "\\\\").replace("\u202e", "") + '"'
    imported(tmp_path, ("a.yaml", f"manufacturer: {quoted}\nmodel: {quoted}\nslug: {quoted}\n".encode()))
    (file,) = (tmp_path / "device-types").iterdir()
    assert file.name.replace("-", "").removesuffix(".yaml").isalnum()
    assert load(tmp_path)
