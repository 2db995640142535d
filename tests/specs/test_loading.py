import os
import socket
import time
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from specs import sources
from specs.issues import SpecError
from specs.loading import load
from tests.specs.estates_made import HEADER, SERVER, issues, loaded, written

PARTS = {
    "estate.yaml": HEADER,
    "sites.yaml": "sites:\n  ndc: {role: primary}\n  dr: {role: dr}\n",
    "deep/er/rooms.yml": "rooms:\n  hall: {site: ndc, purpose: data-hall}\n",
    "models.yaml": "models:\n  server: {device_type: device-types/server.yaml}\n",
    "device-types/server.yaml": SERVER,
    "notes.txt": "no estate",
    ".hidden/more.yaml": "sites: {x: {role: nothing}}\n",
    "device-types/unused.yaml": "what: ever\n",
}


def codes(folder: Path) -> list[tuple[str, str]]:
    with pytest.raises(SpecError) as fault:
        load(folder)
    return [(issue.code, str(issue.location)) for issue in fault.value.issues]


def test_a_folder_is_all_its_files_and_a_file_is_itself(tmp_path: Path) -> None:
    folder = written(tmp_path / "a", PARTS)
    one = load(folder)
    assert one.files == (
        "deep/er/rooms.yml",
        "device-types/server.yaml",
        "estate.yaml",
        "models.yaml",
        "sites.yaml",
    )
    whole = "".join(PARTS[name] for name in ("estate.yaml", "sites.yaml", "deep/er/rooms.yml", "models.yaml"))
    alone = load(
        written(tmp_path / "b", {"all.yaml": whole, "device-types/server.yaml": SERVER}) / "all.yaml"
    )
    assert alone.estate == one.estate
    assert alone.root == (tmp_path / "b").resolve()
    assert one.estate.models["server"].device_type.source == "device-types/server.yaml"


def test_the_digest_is_of_names_and_bytes_of_what_was_read(tmp_path: Path) -> None:
    folder = written(tmp_path / "a", PARTS)
    first = load(folder).digest
    assert first == load(written(tmp_path / "b", PARTS)).digest
    assert first.startswith("sha256:")
    written(folder, {"notes.txt": "changed", "device-types/unused.yaml": "changed: 1\n"})
    assert load(folder).digest == first
    written(folder, {"device-types/server.yaml": SERVER + "# one byte more\n"})
    second = load(folder).digest
    (folder / "sites.yaml").rename(folder / "places.yaml")
    assert len({first, second, load(folder).digest}) == 3


def test_the_estate_does_not_depend_on_the_order_of_what_is_written(tmp_path: Path) -> None:
    lines = ["  b: {role: dr}\n", "  a: {role: primary}\n", "  c: {role: pop}\n"]
    one = loaded(tmp_path / "1", "sites:\n" + "".join(lines)).estate
    two = loaded(tmp_path / "2", "sites:\n" + "".join(reversed(lines))).estate
    assert one.model_dump_json() == two.model_dump_json()


def test_each_stage_tells_all_its_faults_and_the_next_waits(tmp_path: Path) -> None:
    folder = written(
        tmp_path,
        {
            "a.yaml": "sites: [",
            "b.yaml": "rooms:\n\thall: {}\n",
            "c.yaml": "racks: {'r-[2-1]': {}, r: {room: nowhere}}\n",
        },
    )
    assert [code for code, _ in codes(folder)] == ["YAML-001", "YAML-002"]
    written(folder, {"a.yaml": "sites: {a b: {}}\n", "b.yaml": "rooms: {h: {sit: ndc}}\n"})
    assert [code for code, _ in codes(folder)] == ["KEY-005", "RANGE-001"]
    written(folder, {"a.yaml": HEADER, "c.yaml": "racks: {r: {room: nowhere}}\n"})
    assert [code for code, _ in codes(folder)] == ["KEY-002", "KEY-002", "KEY-001"]
    written(folder, {"b.yaml": "rooms: {h: {site: ndc, purpose: office}}\n"})
    assert [code for code, _ in codes(folder)] == ["REF-001", "REF-001"]


@pytest.mark.parametrize("kind", ["fifo", "socket", "folder", "dangling", "device"])
def test_what_is_no_regular_file_is_refused_without_being_opened(tmp_path: Path, kind: str) -> None:
    folder = written(tmp_path / "a", {"estate.yaml": HEADER})
    odd = folder / "odd.yaml"
    if kind == "fifo":
        os.mkfifo(odd)
    elif kind == "socket":
        listening = socket.socket(socket.AF_UNIX)
        listening.bind(str(odd))
        listening.close()
    elif kind == "folder":
        (odd / "more").mkdir(parents=True)
    elif kind == "dangling":
        odd.symlink_to("nowhere.yaml")
    else:
        odd.symlink_to("/dev/zero")
    start = time.perf_counter()
    if kind == "folder":
        assert load(folder).files == ("estate.yaml",)
    else:
        assert codes(folder) == [("FILE-002", "odd.yaml:1:1")]
    assert time.perf_counter() - start < 60


def test_a_fifo_named_as_device_type_or_as_the_estate_is_not_opened(tmp_path: Path) -> None:
    folder = written(tmp_path, {"estate.yaml": HEADER + "models: {m: {device_type: device-types/m.yaml}}\n"})
    (folder / "device-types").mkdir()
    os.mkfifo(folder / "device-types/m.yaml")
    assert codes(folder) == [("FILE-002", "device-types/m.yaml:1:1")]
    os.mkfifo(folder / "pipe")
    assert codes(folder / "pipe") == [("FILE-002", "pipe:1:1")]


def test_links_may_not_lead_out_of_the_folder(tmp_path: Path) -> None:
    written(tmp_path, {"outside.yaml": "sites: {}\n", "more/x.yaml": "teams: {}\n"})
    folder = written(
        tmp_path / "in", {"estate.yaml": HEADER + "models: {m: {device_type: device-types/m.yaml}}\n"}
    )
    (folder / "out.yaml").symlink_to("../outside.yaml")
    (folder / "more").symlink_to("../more")
    assert codes(folder) == [("FILE-002", "more:1:1"), ("FILE-002", "out.yaml:1:1")]
    (folder / "out.yaml").unlink()
    (folder / "more").unlink()
    (folder / "device-types").mkdir()
    (folder / "device-types/m.yaml").symlink_to("../../outside.yaml")
    assert codes(folder) == [("FILE-002", "device-types/m.yaml:1:1")]


def test_a_link_within_the_folder_is_the_file_it_leads_to(tmp_path: Path) -> None:
    folder = written(tmp_path, {"estate.yaml": HEADER, "real.txt": "sites: {ndc: {role: primary}}\n"})
    (folder / "sites.yaml").symlink_to("real.txt")
    assert list(load(folder).estate.sites) == ["ndc"]


@pytest.mark.parametrize(
    "path",
    [
        "../m.yaml",
        "/etc/hostname.yaml",
        "device-types/../../m.yaml",
        "a\\\\m.yaml",
        "~/m.yaml",
        "m.yaml/",
        ".",
    ],
)
def test_a_device_type_lies_within_the_folder(tmp_path: Path, path: str) -> None:
    written(tmp_path, {"m.yaml": SERVER})
    told = issues(tmp_path / "in", f'models: {{m: {{device_type: "{path}"}}}}\n')
    assert [issue.code for issue in told] == ["FILE-001"]


@pytest.mark.parametrize("path", ["nowhere", "estate.yaml/x", "a\0b", "x" * 5000, ""])
def test_an_estate_that_is_not_there_is_told(
    tmp_path: Path, path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    written(tmp_path, {"estate.yaml": HEADER})
    monkeypatch.chdir(tmp_path)
    if path == "":
        assert load(Path(path)).files == ("estate.yaml",)
    else:
        assert [code for code, _ in codes(Path(path))] == ["FILE-001"]


def test_what_cannot_be_read_is_told(tmp_path: Path) -> None:
    folder = written(tmp_path, {"estate.yaml": HEADER, "b.yaml": "sites: {}\n", "c/d.yaml": ""})
    (folder / "b.yaml").chmod(0)
    (folder / "c").chmod(0)
    try:
        if os.geteuid() == 0:
            pytest.skip("root reads everything")
        assert [code for code, _ in codes(folder)] == ["FILE-001", "FILE-001"]
    finally:
        (folder / "c").chmod(0o700)


@pytest.mark.parametrize("name", ["a\nb.yaml", "\u202egpj.yaml", "a\x1b[2J.yml", "b\udc80.yaml"])
def test_a_file_whose_name_cannot_be_shown_is_refused(tmp_path: Path, name: str) -> None:
    folder = written(tmp_path, {"estate.yaml": HEADER, name: "sites: {}\n"})
    told = codes(folder)
    assert [code for code, _ in told] == ["FILE-002"]
    assert told[0][1].isprintable()


def test_a_key_over_two_lines_is_told_on_one(tmp_path: Path) -> None:
    told = issues(tmp_path, 'teams: {ops: {"on\\ncall\\tnow": 1}}\n')
    assert str(told[0]).isprintable()
    assert "`on\\ncall\\tnow`" in told[0].message


def test_too_many_files_and_too_many_bytes_together_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = written(tmp_path, PARTS)
    monkeypatch.setattr(sources, "MOST_FILES", 3)
    assert codes(folder)[0][0] == "FILE-003"
    monkeypatch.setattr(sources, "MOST_FILES", 100)
    monkeypatch.setattr(sources, "MOST_BYTES_TOGETHER", 80)
    assert codes(folder)[0][0] == "FILE-003"


def test_text_of_any_language_is_kept_as_it_is(tmp_path: Path) -> None:
    name = '{en: "<script>alert(\'x\')</script> {{ 7*7 }}", ar: "مركز \\u200fالبيانات", zh: 数据}'
    site = loaded(tmp_path, f"sites:\n  ndc: {{role: primary, name: {name}}}\n").estate.sites["ndc"]
    assert site.name is not None
    assert site.name.reading("en") == "<script>alert('x')</script> {{ 7*7 }}"
    assert site.name.reading("ar") == "مركز \u200fالبيانات"
    assert site.name.reading("zh") == "数据"


ids = st.text(
    st.characters(min_codepoint=33, max_codepoint=0x2FFF, blacklist_characters="'\"[]"),
    min_size=1,
    max_size=6,
)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(ids)
def test_an_id_is_safe_text_or_refused(tmp_path: Path, name: str) -> None:
    told = issues(tmp_path, f"teams:\n  '{name}': {{}}\n")
    safe = (
        name[0].isascii()
        and name[0].isalnum()
        and all(c.isascii() and (c.isalnum() or c in "._-") for c in name)
    )
    assert (not told) == safe


@pytest.mark.slow
def test_ten_thousand_wrong_names_are_told_in_reasonable_time(tmp_path: Path) -> None:
    racks = "racks:\n  r-[1-5000]: {room: hall}\n"
    devices = "devices:\n  d-[1-5000]: {model: m, role: x, rack: 'rr-[1-5000]'}\n"
    start = time.process_time()
    told = issues(tmp_path, racks + devices)
    assert len(told) > 5000
    assert time.process_time() - start < 20
