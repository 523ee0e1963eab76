"""Make the pictures of the documents: the questions, the pages at / and /docs, and the site.

    uv run --group pictures python -m scripts.pictures

Answers the questions of `copier copy` in a terminal, serves what it renders, and visits that with
Chromium. Look at the new files in docs/pictures before you commit them.
"""

import os
import pty
import re
import select
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from fcntl import ioctl
from io import BytesIO, StringIO
from itertools import groupby
from pathlib import Path
from tempfile import TemporaryDirectory
from termios import TIOCSWINSZ
from typing import Any

import httpx2
import pyte
from PIL import Image
from playwright.sync_api import Browser, Page, ViewportSize
from rich.console import Console
from rich.terminal_theme import MONOKAI
from rich.text import Text

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from scripts import site  # noqa: E402
from support import browsers, journeys, templates  # noqa: E402

PICTURES = ROOT / "docs/pictures"
NAME = "Paper Kite"
COLUMNS, LINES = 80, 30
DEADLINE_SECONDS = 60
# The text that each question shows last, and the keys that answer it.
DIALOGUE = (
    ("My App", "\x01\x0b" + NAME + "\r"),
    ("paper-kite", "\r"),
    ("sync (threads", "\r"),
    ("MySQL or MariaDB", "\r"),
    ("HttpOnly cookies only", "\r"),
    ("Argon2id", "\r"),
    ("TOTP and recovery codes", "\r"),
)
OTHER_DEVICES = (
    "Mozilla/5.0 (iPhone; CPU iPhone OS 19_1 like Mac OS X) Safari/605.1",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) Firefox/146.0",
)
# SVG of rich without fonts from another host, which pages that show an image do not load.
FONT = "ui-monospace, 'SF Mono', Menlo, Consolas, 'DejaVu Sans Mono', monospace"
SVG = """<svg viewBox="0 0 {width} {height}" xmlns="http://www.w3.org/2000/svg">
<style>
.{unique_id}-matrix {{ font: {char_height}px/{line_height}px FONT }}
.{unique_id}-title {{ font: bold 18px sans-serif }}
{styles}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal">
<rect x="0" y="0" width="{terminal_width}" height="{terminal_height}" />
</clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}
<g class="{unique_id}-matrix">
{matrix}
</g>
</g>
</svg>
""".replace("FONT", FONT)


class Terminal:
    """A program in a terminal that nobody sees."""

    def __init__(self, *command: str) -> None:
        self.screen = pyte.Screen(COLUMNS, LINES)
        self._stream = pyte.ByteStream(self.screen)
        pid, self._file = pty.fork()
        if pid == 0:
            os.environ |= {"TERM": "xterm-256color", "PROMPT_TOOLKIT_NO_CPR": "1"}
            os.execvp(command[0], command)
        ioctl(self._file, TIOCSWINSZ, struct.pack("HHHH", LINES, COLUMNS, 0, 0))

    def wait_for(self, text: str) -> None:
        deadline = time.monotonic() + DEADLINE_SECONDS
        while not any(text in line for line in self.screen.display):
            if time.monotonic() > deadline:
                raise SystemExit(f"The terminal does not show {text!r}:\n{self.screen.display}")
            self._read()

    def type(self, keys: str) -> None:
        os.write(self._file, keys.encode())

    def read_to_the_end(self) -> None:
        while self._read():
            pass

    def _read(self) -> bool:
        if not select.select([self._file], [], [], 1)[0]:
            return True
        try:
            self._stream.feed(os.read(self._file, 4096))
        except OSError:  # the program has ended
            return False
        return True


def main() -> None:
    PICTURES.mkdir(exist_ok=True)
    with TemporaryDirectory() as folder:
        project = Path(folder) / "paper-kite"
        ask(templates.snapshot(Path(folder) / "template", "1.0.0"), project)
        with browsers.launched() as browser:
            visit(browser, project, Path(folder))
            visit_site(browser)


def ask(template: Path, project: Path) -> None:
    """Answer the questions, and draw the terminal before the last answer."""
    terminal = Terminal("copier", "copy", str(template), str(project))
    for shown, keys in DIALOGUE:
        terminal.wait_for(shown)
        if shown == DIALOGUE[-1][0]:
            draw(terminal.screen)
        terminal.type(keys)
    terminal.read_to_the_end()


def visit(browser: Browser, project: Path, folder: Path) -> None:
    """Sign in on the page at /, and photograph it and the page at /docs."""
    with browsers.developing(project, folder, {}) as server:
        with httpx2.Client(base_url=server.url) as client:
            journeys.register(client, "ann")
            for agent in OTHER_DEVICES:
                client.headers["User-Agent"] = agent
                journeys.log_in(client, "ann")
        with new_page(browser, height=200) as page:
            page.goto(server.url)
            form = page.get_by_role("form", name="Sign in")
            form.get_by_label("Username or e-mail").fill("ann")
            form.get_by_label("Password").fill(journeys.PASSWORD)
            form.get_by_role("button").click()
            page.get_by_text("this session").first.wait_for()
            photograph(page, "start")
        with new_page(browser, height=600) as page:
            page.goto(f"{server.url}/docs")
            page.locator(".opblock").first.wait_for()
            photograph(page, "docs")


def visit_site(browser: Browser) -> None:
    """Build the documentation site, and photograph its first page."""
    site.main()
    with new_page(browser, height=600) as page:
        page.goto((site.SITE / "index.html").as_uri())
        photograph(page, "site")


@contextmanager
def new_page(browser: Browser, height: int) -> Iterator[Page]:
    size: ViewportSize = {"width": 960, "height": height}
    with browser.new_context(viewport=size, locale="en-GB") as context:
        yield context.new_page()


def photograph(page: Page, name: str) -> None:
    picture = Image.open(BytesIO(page.screenshot(full_page=name == "start")))
    picture.quantize(64).save(PICTURES / f"{name}.png", optimize=True)


def draw(screen: pyte.Screen) -> None:
    lines = [as_text(screen, number) for number in range(LINES)]
    while lines and not lines[-1].plain.strip():
        lines.pop()
    console = Console(record=True, width=COLUMNS, file=StringIO())
    console.print(Text("\n").join(lines))
    svg = console.export_svg(title="copier copy", theme=MONOKAI, code_format=SVG, unique_id="t")
    (PICTURES / "questions.svg").write_text(svg)


def as_text(screen: pyte.Screen, number: int) -> Text:
    row = [screen.buffer[number][column] for column in range(COLUMNS)]
    text = Text()
    for style, characters in groupby(row, key=style_of):
        text.append("".join(character.data for character in characters), style)
    text.rstrip()
    return text


def style_of(character: Any) -> str:
    """Return the style of a character of pyte in the language of rich."""
    is_hexadecimal = re.fullmatch("[0-9a-f]{6}", character.fg)
    colour = f"#{character.fg}" if is_hexadecimal else character.fg
    return f"bold {colour}" if character.bold else colour


if __name__ == "__main__":
    main()
