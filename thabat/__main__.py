"""`python -m thabat`, and the installed command."""

from thabat.app import main

if __name__ == "__main__":
    main()
