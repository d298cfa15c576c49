"""The maintainer's commands, one file a verb.

Each file has `HELP`, `EXAMPLE`, `add_arguments(parser)` and `run(arguments) -> int`. What a verb
needs beyond the standard library it imports inside `run`: `patrol library check` works where
neither datumaro nor torch is installed.
"""
