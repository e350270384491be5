"""The files by which a server is set up name only what there is."""

import re
import shutil
import subprocess
from dataclasses import fields
from pathlib import Path

import pytest

from kg.settings import Settings

TREE = Path(__file__).parent.parent
DEPLOY = TREE / "docs/deploy"
SETTINGS = {field.name for field in fields(Settings)}


@pytest.mark.parametrize("path", sorted(DEPLOY.iterdir()), ids=lambda path: path.name)
def test_every_setting_that_is_named_exists(path):
    text = path.read_text()
    named = {name.lower() for name in re.findall(r"\bKG_(\w+)", text)}
    named |= set(re.findall(r"\(((?:query|service|result)_\w+)\)", text))

    assert named <= SETTINGS


def test_the_image_is_made_of_files_that_exist_and_is_sent_no_others():
    dockerfile, ignored = ((DEPLOY / name).read_text() for name in ("Dockerfile", "Dockerfile.dockerignore"))
    copied = [
        source
        for line in re.findall(r"^COPY (?!--from)(.+)$", dockerfile, re.MULTILINE)
        for source in line.split()[:-1]
    ]
    sent = {line[1:] for line in ignored.splitlines() if line.startswith("!")}

    assert copied
    assert set(copied) == sent
    assert [source for source in copied if not (TREE / source).exists()] == []


def test_the_image_runs_as_nobody_who_matters_and_looks_after_itself():
    dockerfile = (DEPLOY / "Dockerfile").read_text()
    last = dockerfile.rpartition("\nFROM ")[2]

    assert re.search(r"^USER [1-9]\d+:[1-9]\d+$", last, re.MULTILINE)
    assert re.search(r"^HEALTHCHECK .*\n.*/healthz", last, re.MULTILINE)
    assert "--require-hashes" in dockerfile


def test_what_serving_needs_is_pinned_as_elsewhere_and_brings_no_extractor():
    def pins(name):
        text = (TREE / "requirements" / name).read_text()
        return dict(re.findall(r"^([a-z][\w.-]*==[\w.]+)(.*(?:\n    --hash=sha256:.*)+)", text, re.MULTILINE))

    serve = pins("serve.txt")

    assert len(serve) > 15
    assert set(serve) <= set(pins("runtime.txt"))
    assert not any(pin.startswith(("spacy", "torch", "trafilatura", "en-core")) for pin in serve)


def test_the_unit_is_one_that_systemd_understands(tmp_path):
    analyze = shutil.which("systemd-analyze")
    if analyze is None:
        pytest.skip("no systemd-analyze here")
    unit = tmp_path / "accord.service"
    # The program need not be installed for this.
    unit.write_text(
        (DEPLOY / "accord.service").read_text().replace("/opt/accord/bin/kg", shutil.which("true"))
    )
    checked = subprocess.run([analyze, "verify", unit], capture_output=True, text=True, check=False)
    judged = subprocess.run(
        [analyze, "security", "--offline=true", "--threshold=15", unit],
        capture_output=True,
        text=True,
        check=False,
    )

    assert (checked.returncode, checked.stderr) == (0, "")
    assert judged.returncode == 0, judged.stdout[-300:]
