"""Tests of the code that follows the instructions of documents."""

from pathlib import Path

import pytest

from support import documents

DOCUMENT = """\
# Title

```sh
echo begun > begun
```

## Edit

Text.

```diff
# app/…_models.py
+import b
 import a
@@
 class A:
-    x = 1
+    x = 2

 class B:
```

```diff
# .env
+ADDED=1
```

```python
# app/new.py
new = True
```

## Nowhere

```diff
# .env
-OTHER=1
```

## Twice

```diff
# .env
-SAME=1
+SAME=2
```

## There before

```python
# .env
```

## No such file

```diff
# app/…_views.py
+import b
```

## Without a file

```python
new = True
```

## Without code

## Failing

```sh
false
echo begun > begun
```
"""
MODELS = "import a\n\nclass A:\n    x = 1\n\nclass B:\n    x = 1\n"


@pytest.fixture
def project(tmp_path: Path) -> Path:
    project = tmp_path / "project"
    (project / "app").mkdir(parents=True)
    (project / "app/3f_models.py").write_text(MODELS)
    (project / ".env").write_text("SAME=1\nSAME=1\n")
    (project / "page.md").write_text(DOCUMENT)
    return project


def test_section_is_followed(project: Path) -> None:
    documents.follow(project, project / "page.md", "Edit", {})

    models = (project / "app/3f_models.py").read_text()
    assert models == "import b\nimport a\n\nclass A:\n    x = 2\n\nclass B:\n    x = 1\n"
    assert (project / ".env").read_text() == "SAME=1\nSAME=1\nADDED=1\n"
    assert (project / "app/new.py").read_text() == "# app/new.py\nnew = True\n"
    assert not (project / "begun").exists()


def test_commands_run_in_the_project(project: Path) -> None:
    documents.follow(project, project / "page.md", "Title", {})

    assert (project / "begun").read_text() == "begun\n"


@pytest.mark.parametrize(
    "title",
    [
        *("Nowhere", "Twice", "There before", "No such file", "Without a file", "Without code"),
        *("Failing", "No such title"),
    ],
)
def test_what_cannot_be_followed_fails(project: Path, title: str) -> None:
    with pytest.raises((AssertionError, ValueError)):
        documents.follow(project, project / "page.md", title, {})

    assert not (project / "begun").exists()
    assert (project / ".env").read_text() == "SAME=1\nSAME=1\n"
