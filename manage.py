#!/usr/bin/env python3
"""Django's usual entry point; `gridward` is the same command line."""

from gridward.cli import main

if __name__ == "__main__":
    main()
