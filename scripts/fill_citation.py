"""Fill CITATION.cff for a release: the repository's address, the date, the authors with their ORCID, the version.

    python scripts/fill_citation.py --repository URL --date YYYY-MM-DD [--author "FAMILY, GIVEN, ORCID" ...]

Without authors the package is cited as by its developers. Filling again replaces what was filled.
"""

import argparse
import datetime
import re
from collections.abc import Sequence
from pathlib import Path

from arise_zoo._version import __version__
from arise_zoo.common.storage import write_text

CITATION = Path(__file__).parents[1] / "CITATION.cff"
ORCID = "https://orcid.org/"


def filled(text: str, repository: str, date: str, authors: Sequence[str], version: str) -> str:
    """The citation file with its placeholders, or what was filled in before, replaced.

    Raises `ValueError` for an address that is none, a date that does not exist, or an ORCID whose check digit is wrong.
    """
    if not re.fullmatch(r"https://[^\s\"]+", repository):
        raise ValueError(f"{repository!r} is no address; give one that begins with https://.")
    date = datetime.date.fromisoformat(date).isoformat()
    for key, value in (("repository-code", f'"{repository}"'), ("date-released", date), ("version", version)):
        text = re.sub(rf"^(# )?{key}:.*$", f"{key}: {value}", text, count=1, flags=re.MULTILINE)
    if authors:
        people = "".join(map(person, authors))
        text = re.sub(r"^authors:\n( .*\n)+", f"authors:\n{people}", text, count=1, flags=re.MULTILINE)
    return text


def person(author: str) -> str:
    """An author, "FAMILY, GIVEN, ORCID", as lines of the file."""
    family, given, orcid = (part.strip() for part in author.split(","))
    digits = orcid.removeprefix(ORCID).replace("-", "")
    if len(digits) != 16 or check_digit(digits[:15]) != digits[15]:
        raise ValueError(f"{orcid!r} is no ORCID; its check digit is wrong.")
    orcid = ORCID + "-".join(digits[i : i + 4] for i in range(0, 16, 4))
    return f'  - family-names: "{family}"\n    given-names: "{given}"\n    orcid: "{orcid}"\n'


def check_digit(digits: str) -> str:
    """The last sign of an ORCID whose first 15 digits these are (ISO 7064, MOD 11-2)."""
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    rest = (12 - total % 11) % 11
    return "X" if rest == 10 else str(rest)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--repository", required=True, metavar="URL")
    parser.add_argument("--date", required=True, metavar="YYYY-MM-DD")
    parser.add_argument("--author", action="append", default=[], metavar="FAMILY, GIVEN, ORCID")
    options = parser.parse_args()
    try:
        text = filled(
            CITATION.read_text(encoding="utf-8"), options.repository, options.date, options.author, __version__
        )
    except ValueError as error:
        raise SystemExit(f"error: {error}") from error
    write_text(CITATION, text)


if __name__ == "__main__":
    main()
