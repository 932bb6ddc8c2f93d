"""The command line registers parties, and issues tokens for some keys or some events alone."""

import pytest

from traceability.cli.main import main

FARM, PACKHOUSE = "9521234000013", "9521321000001"


@pytest.fixture
def run(settings, monkeypatch, capsys):
    monkeypatch.setenv("GUOJI_HOME", str(settings.home))

    def run(*argv):
        code = main(argv)
        said = capsys.readouterr()
        return code, said.out + said.err

    return run


def test_a_party_is_registered_changed_and_removed(run):
    new = ("party", "add", FARM, "--name", "Dawn\x1b farm", "--prefix", "9521234", "--maker", PACKHOUSE)

    assert run(*new) == (0, f"{FARM}\tDawn  farm\tprefixes 9521234\tmakers {PACKHOUSE}\n")
    assert run("party", "add", FARM, "--authority", "--maker", "none")[0] == 0
    assert run("party", "list") == (0, f"{FARM}\tDawn  farm\tprefixes 9521234\tmakers none\tauthority\n")
    assert run("party", "remove", FARM) == (0, f"removed: {FARM}\n")
    assert run("party", "list") == (0, "")


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((FARM,), f"party {FARM} is new and needs --name"),
        ((FARM, "--name", " "), f"party {FARM} is new and needs --name"),
        ((FARM, "--name", "Farm", "--prefix", "95"), "want 4 to 13 digits"),
        (("9521234000014", "--name", "Farm"), "ends in check digit 4, want 3"),
        ((FARM, "--name", "Farm", "--maker", "1"), "has 1 characters, want 13 digits"),
    ],
)
def test_a_party_that_is_none_is_refused(run, words, told):
    code, said = run("party", "add", *words)

    assert (code, told in said) == (65, True)
    assert run("party", "list") == (0, "")


def test_a_token_says_what_it_is_for(run):
    issue = ("token", "issue", "scanner", "--role", "capture", "--party", FARM)
    assert run(*issue, "--about", "9521234", "9521321", "--reads", "own")[0] == 0
    assert run("token", "list")[1].splitlines()[1] == (
        f"scanner\tcapture\t{FARM}\tabout 9521234 9521321\treads own\tvalid"
    )
    assert run("token", "change", "scanner", "--about", "any", "--reads", "all") == (0, "changed: scanner\n")
    assert run("token", "list")[1].splitlines()[1] == f"scanner\tcapture\t{FARM}\tabout any\treads all\tvalid"
    assert run("token", "issue", "visitor", "--role", "read", "--days", "2")[0] == 0
    assert "visitor\tread\t-\tabout any\treads all\tvalid until 2" in run("token", "list")[1]


def test_a_token_that_makes_no_sense_is_refused(run):
    for words, told in (
        (("issue", "a", "--role", "read", "--reads", "own"), "needs a party"),
        (("issue", "a", "--role", "admin", "--party", FARM, "--reads", "own"), "a role other than admin"),
        (("issue", "a", "--role", "capture", "--party", FARM, "--about", "1"), "want 4 to 13 digits"),
        (("change", "nobody", "--reads", "all"), "there is no token named 'nobody'"),
    ):
        code, said = run("token", *words)
        assert (code, told in said) == (65, True)
