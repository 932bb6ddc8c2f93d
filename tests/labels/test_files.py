"""Labels are written whole or not at all, and over nothing that is there."""

from dataclasses import replace

import pytest

from tests.printed import a_label, drawn, labels, read
from traceability.errors import InvalidInput, Unavailable
from traceability.labels import files
from traceability.labels.files import Job
from traceability.labels.layout import layout
from traceability.labels.zpl import Printer


def a_job(folder, form="csv", name=None, chosen="40x30", **more):
    return Job(form, layout(chosen), Printer(203), folder / (name or f"labels.{form}"), **more)


@pytest.mark.parametrize(
    ("job", "says"),
    [
        ({"form": "pdf", "name": "labels.zpl"}, r"no name for pdf, want one ending in \.pdf"),
        ({"name": "gone/labels.csv"}, "there is no folder"),
        ({"name": "old.csv"}, "old.csv is there already, want another name or --force"),
        ({"form": "zpl", "chosen": "a4-40"}, "is a sheet"),
        ({"form": "pdf", "chosen": "20x10"}, "7.0 mm for a code"),
    ],
)
def test_what_cannot_be_made_is_refused_before_codes_are_issued(tmp_path, job, says):
    (tmp_path / "old.csv").write_bytes(b"old")

    with pytest.raises(InvalidInput, match=says):
        a_job(tmp_path, **job).check(range(1, 11), a_label())

    assert (tmp_path / "old.csv").read_bytes() == b"old"


def test_many_labels_are_several_files_of_whole_pages_and_each_label_is_in_one(tmp_path, monkeypatch):
    monkeypatch.setitem(files.FORMATS, "pdf", replace(files.FORMATS["pdf"], a_file=100))
    texts = [each for each in labels(131) if each.number != 7]  # one was withdrawn
    job = a_job(tmp_path, "pdf", chosen="a4-65")

    written = list(job.write(texts))

    assert [(file.name, count) for file, count in written] == [
        ("labels-000001-000066.pdf", 65),
        ("labels-000067-000131.pdf", 65),
    ]
    assert [code for file, _ in written for page in drawn(file.read_bytes()) for code in read(page)] == [
        each.uri for each in texts
    ]
    with pytest.raises(InvalidInput, match="000001-000066\\.pdf is there already"):
        job.check([each.number for each in texts], texts[0])


def test_a_file_is_whole_or_as_it_was(tmp_path, monkeypatch):
    job = a_job(tmp_path, may_replace=True)
    job.output.write_bytes(b"old")

    def full(_):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", full)
    with pytest.raises(Unavailable, match="free some space"):
        list(job.write(labels(2)))

    assert job.output.read_bytes() == b"old"
    assert list(tmp_path.iterdir()) == [job.output]
