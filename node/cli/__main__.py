"""`python -m node.cli` is `sathi`, also where no script was installed."""

from node.cli.main import main

if __name__ == "__main__":
    main(prog_name="sathi")
