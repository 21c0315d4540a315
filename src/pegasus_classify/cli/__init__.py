"""The command line: one file per command.

Law of this folder: no rule of classification is decided here; a command reads files and options, calls the library
and shows what came back. Answers go to standard output, everything said about them to standard error.
"""

__all__: list[str] = []
