"""What if: the part of the report in which a reader fails anything that can fail, and sees what falls."""
