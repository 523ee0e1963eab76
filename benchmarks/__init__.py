"""What a rendered project costs, beside what one would write by hand and beside its peers."""
