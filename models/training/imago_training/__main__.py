"""`python -m imago_training train EXPORT --out DIR`; `judge EXPORT --model DIR`."""

from .command import main

main()
