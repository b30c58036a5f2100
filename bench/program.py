"""The program that is measured: which it is, and that it is there."""
import os
import pathlib

ROOT = pathlib.Path(__file__).resolve().parent.parent


def parse(parser, arguments):
    """The arguments, and among them `vedette`: the program, which can be run."""
    parser.add_argument("--vedette", type=pathlib.Path, default=ROOT / "build/release/vedette")
    options = parser.parse_args(arguments)
    if not os.access(options.vedette, os.X_OK):
        parser.error(f"there is no {options.vedette}; build it with ./dev build")
    return options
