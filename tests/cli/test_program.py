"""What ends a program of ours with one line, and never with a number that is a verdict."""

from traceability.cli.program import Parser, run
from traceability.errors import Refused


def ending_with(error):
    def command(args):
        raise error

    parser = Parser(prog="guoji-test")
    parser.set_defaults(run=command)
    return parser


def test_a_refusal_is_one_line_in_the_name_of_the_program(capsys):
    assert run(ending_with(Refused("two\nlines \x1b[2J")), []) == 65

    assert capsys.readouterr().err == "guoji-test: two lines  [2J\n"


def test_a_mistake_of_ours_is_told_in_full_and_is_no_verdict(capsys):
    assert run(ending_with(ZeroDivisionError("by nothing")), []) == 70

    assert "ZeroDivisionError: by nothing" in capsys.readouterr().err


def test_who_interrupts_it_gets_no_traceback(capsys):
    assert run(ending_with(KeyboardInterrupt()), []) == 130

    assert capsys.readouterr().err == ""
