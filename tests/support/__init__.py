"""What the template's tests share: the matrix, and how a render is made, run, served and read."""
