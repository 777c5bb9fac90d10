#!/usr/bin/python3
# SPDX-License-Identifier: BSD-2-Clause
#
# Do the documents say what is there? For every Markdown file:
#
#   - what is quoted stands in the file it is quoted from: <!-- quote PATH --> before
#     a code block (a passage), or <!-- file PATH --> (the whole file);
#   - links lead somewhere, also those to a heading;
#   - files and folders named in `code` exist;
#   - commands in `sh` blocks, and `./thole ...` anywhere, exist with their options;
#   - what is typed after the prompt `thole> ` is a command of the shell;
#   - a line of a source, as in lib/server.c:88, is there;
#   - a figure of the bench with a number behind it, as in `call` 90, has that number
#     in tests/bench/baseline.json.
#
#   docs.py               read the documents
#   docs.py --self-test   are wrong documents refused?

import glob
import json
import os
import re
import shlex
import subprocess
import sys
import tempfile

ROOT = os.environ.get("THOLE_ROOT") or os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))

FENCE = re.compile(r"^```(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
QUOTE = re.compile(r"^<!-- (quote|file) (\S+) -->\n```\w*\n(.*?)^```$", re.MULTILINE | re.DOTALL)
MARK = re.compile(r"^<!-- (?:quote|file) \S+ -->$", re.MULTILINE)
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
IMAGE_SOURCE = re.compile(r'(?:src|srcset)="([^"]+)"')
CODE = re.compile(r"`([^`\n]+)`")
PLACE = re.compile(r"\b((?:[\w-]+/)+[\w-]+\.[chS]):(\d+)\b")
FIGURE = re.compile(r"`(\w+)` (\d{1,3}(?:,\d{3})+|\d+)")
HEADING = re.compile(r"^#+ (.*)$", re.MULTILINE)
# Words of a path that stand for something.
STANDS_FOR = re.compile(r"[A-Z]{4,}|[<>{}$]|\.\.\.")
# Programs that a reader has anyway.
PLAIN = {"git", "cd", "printf", "cp", "mkdir", "sudo", "apt-get", "make"}


class Repository:
    """What the documents may speak of."""

    def __init__(self, root):
        self.root = root
        self.top = set(os.listdir(root)) - {"build", ".git"}
        self.commands = self._thole()
        self.prompt = self._prompt()
        self.figures = self._figures()
        self.presets = set(re.findall(r'"name": "([\w-]+)"', self.read("CMakePresets.json")))
        self.systems = {os.path.basename(path)[:-4] for path in glob.glob(self.path("dts/systems/*.dts"))}
        self.groups = {"unit", "model", "system"}
        for path in glob.glob(self.path("**/CMakeLists.txt"), recursive=True):
            with open(path, encoding="utf-8") as source:
                self.groups |= set(re.findall(r"\bGROUP (\w+)", source.read()))

    def path(self, name):
        return os.path.join(self.root, name)

    def read(self, name):
        try:
            with open(self.path(name), encoding="utf-8") as source:
                return source.read()
        except (FileNotFoundError, IsADirectoryError):
            return ""

    def _thole(self):
        """Commands of ./thole, each with its options, from its help."""
        text = subprocess.run(["sh", self.path("thole"), "help"], capture_output=True, check=True).stdout.decode()
        found, command = {}, None
        for line in text.split("\n"):
            match = re.match(r"  (\w+)\b", line)
            if match:
                command = match[1]
                found[command] = set()
            if command:
                found[command] |= set(re.findall(r"(?<![\w-])--?[a-z]+\b|(?<=\s)--(?=\s)", line))
                if "[RUN OPTIONS]" in line:
                    found[command] |= found["run"]
        return found

    def _prompt(self):
        """Commands of the shell, from its table."""
        return set(re.findall(r'^    \{"(\w+)", "', self.read("servers/shell/commands.c"), re.MULTILINE))

    def _figures(self):
        """Name -> number, of the bench's last figures."""
        baseline = json.loads(self.read("tests/bench/baseline.json") or "{}")
        return {name: value for part in baseline.values() if isinstance(part, dict) for name, value in part.items()}


def check_quotes(repository, text):
    if len(MARK.findall(text)) != len(QUOTE.findall(text)):
        yield "a mark of a quotation without a code block below it"
    for kind, path, block in QUOTE.findall(text):
        source = repository.read(path)
        if not source:
            yield f"quotes {path}, which is not there"
        elif kind == "file" and source != block:
            yield f"the quotation of {path} is not that file"
        elif kind == "quote" and block not in source:
            first = next((line for line in block.split("\n") if line not in source), block)
            yield f"the quotation does not stand in {path}: {first.strip()}"


def anchors(text):
    """What a forge makes of the headings."""
    text = FENCE.sub("", text)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in HEADING.findall(text)}


def check_links(repository, document, text):
    for link in LINK.findall(text) + IMAGE_SOURCE.findall(text):
        if re.match(r"[a-z]+:", link):
            continue
        path, _, anchor = link.partition("#")
        target = os.path.normpath(os.path.join(os.path.dirname(document), path)) if path else document
        if not os.path.exists(repository.path(target)):
            yield f"a link to {link}, which is not there"
        elif anchor and anchor not in anchors(repository.read(target)):
            yield f"a link to {link}, which has no such heading"


def check_path(repository, document, word):
    """A word of `code` that looks like a path of the repository."""
    word = re.sub(r":\d+$", "", word.rstrip(".,;:"))
    first = word.split("/")[0]
    if first not in repository.top or STANDS_FOR.search(word) or not re.fullmatch(r"[\w./*,+-]+", word):
        return
    # A word without a slash may be a program's name, or a file's of the same folder.
    if "/" not in word:
        return
    places = [repository.path(word), repository.path(os.path.join(os.path.dirname(document), word))]
    if not any(glob.glob(place) for place in places):
        yield f"names {word}, which is not there"


def check_thole(repository, words):
    """words: what follows ./thole."""
    if not words:
        return
    command, rest = words[0], words[1:]
    if command not in repository.commands:
        if not STANDS_FOR.search(command):
            yield f"./thole {command}: there is no such command"
        return
    options = repository.commands[command]
    for place, word in enumerate(rest):
        if word == "--":
            return
        name = word.partition("=")[0]
        if name.startswith("-") and name not in options:
            yield f"./thole {command} {name}: there is no such option"
        if command == "test" and word not in repository.groups and not STANDS_FOR.search(word):
            yield f"./thole test {word}: there is no such group"
        if name == "--system" and place + 1 < len(rest):
            if rest[place + 1] not in repository.systems and not STANDS_FOR.search(rest[place + 1]):
                yield f"--system {rest[place + 1]}: there is no such system"


def check_prompt(repository, line):
    for part in line.split(";"):
        words = part.split()
        while words[:1] == ["repeat"]:
            words = words[2:]
        if words and words[0] not in repository.prompt and not STANDS_FOR.search(words[0]):
            yield f"at the prompt: there is no command {words[0]}"


def check_command(repository, document, command):
    """One command of an `sh` block."""
    try:
        words = shlex.split(command)
    except ValueError as error:
        yield f"cannot be read by a shell: {command} ({error})"
        return
    while words and re.match(r"\w+=", words[0]):
        words.pop(0)
    if not words:
        return
    if words[0] == "./thole":
        yield from check_thole(repository, words[1:])
    elif words[0] == "cmake":
        if "--preset" in words and words[words.index("--preset") + 1] not in repository.presets:
            yield f"there is no preset in: {command}"
    elif "/" in words[0]:
        if not os.access(repository.path(words[0]), os.X_OK):
            yield f"{words[0]} cannot be executed"
    elif words[0] not in PLAIN:
        yield f"the test does not know the program {words[0]}"
    if words[0] == "printf" and "\\n" in " ".join(words):
        for line in words[1].split("\\n"):
            yield from check_prompt(repository, line)
    for word in words:
        yield from check_path(repository, document, word)


def split_commands(block):
    """The simple commands of a block; quotes keep what is in them together."""
    for line in block.replace("\\\n", " ").split("\n"):
        line = re.sub(r"(^|\s)#.*", "", line)
        lexer = shlex.shlex(line, posix=False, punctuation_chars="|&;")
        lexer.whitespace_split = True
        words = []
        for word in lexer:
            if set(word) <= set("|&;"):
                yield " ".join(words)
                words = []
            else:
                words.append(word)
        if words:
            yield " ".join(words)


def check_places(repository, text):
    for path, number in PLACE.findall(text):
        if int(number) > repository.read(path).count("\n"):
            yield f"names {path}:{number}, which is not there"


def check_figures(repository, text):
    for name, number in FIGURE.findall(" ".join(text.split())):
        value = int(number.replace(",", ""))
        if repository.figures.get(name, value) != value:
            yield f"says `{name}` {number}; the bench's last figure is {repository.figures[name]}"


def check_code(repository, document, text):
    for language, block in FENCE.findall(text):
        if language == "sh":
            for command in split_commands(block):
                yield from check_command(repository, document, command)
        for line in re.findall(r"^thole> (.+)$", block, re.MULTILINE):
            yield from check_prompt(repository, line)
    for code in CODE.findall(FENCE.sub("", text)):
        if code.startswith("./thole "):
            yield from check_thole(repository, code.split()[1:])
        for word in code.split():
            yield from check_path(repository, document, word)


def check(root):
    """All complaints, and how many documents were read."""
    repository = Repository(root)
    documents = [os.path.relpath(path, root) for path in glob.glob(os.path.join(root, "**", "*.md"), recursive=True)]
    documents = sorted(path for path in documents if not path.startswith("build/"))
    wrong = []
    for document in documents:
        text = repository.read(document)
        for complaint in [*check_quotes(repository, text), *check_links(repository, document, text),
                          *check_code(repository, document, text), *check_places(repository, text),
                          *check_figures(repository, text)]:
            wrong.append(f"{document}: {complaint}")
    return wrong, len(documents)


# A document each, with one thing wrong in it.
WRONG = [
    "<!-- quote lib/a.c -->\n```c\nint b;\n```\n",
    "<!-- file lib/a.c -->\n```c\nint a;\n```\n",
    "<!-- quote lib/none.c -->\n```c\nint a;\n```\n",
    "<!-- quote lib/a.c -->\nint a;\n",
    "[x](docs/none.md)\n", "[x](#nowhere)\n", "`lib/none.c`\n", "`lib/*.h`\n",
    "```sh\n./thole fly\n```\n", "```sh\n./thole run --fast\n```\n", "`./thole fly`\n",
    "```sh\n./thole run --system none\n```\n", "```sh\n./thole test none\n```\n",
    "```sh\ncmake --preset none\n```\n", "```sh\nfrobnicate\n```\n",
    "lib/a.c:3", "lib/none.c:1", "as `call`\n91 is", "`call` 9,000",
    "```\nthole> fly\n```\n", "```sh\nprintf 'ps\\nfly\\n' | ./thole run\n```\n",
]
RIGHT = ("lib/a.c:2 `call` 90, `other` 1\n# A heading, here\n<!-- quote lib/a.c -->\n```c\nint a;\n```\n"
         "[x](#a-heading-here) [y](lib/a.c) `lib/a.c` `lib/*.c` `lib/NAME.c`\n"
         "```sh\n./thole run --direct --system small -- -smp 2   # a comment\ncmake --build --preset virt\n"
         "printf 'ps\\nkill a; ps\\n' | ./thole run\n```\n```\nthole> repeat 3 ps\n```\n")


def self_test():
    with tempfile.TemporaryDirectory() as root:
        for name, text in {
                "thole": "cat <<'END'\n  run        start\n    --direct   quick\n    --system NAME  one\n"
                         "  test [GROUP...]\nEND\n",
                "tests/bench/baseline.json": '{"unit": "x", "results": {"call": 90}}',
                "CMakePresets.json": '"name": "virt"', "lib/a.c": "int a;\nint c;\n", "dts/systems/small.dts": "",
                "servers/shell/commands.c": '    {"ps", "", 0},\n    {"kill", "NAME", 1},\n'}.items():
            os.makedirs(os.path.dirname(os.path.join(root, name)), exist_ok=True)
            with open(os.path.join(root, name), "w", encoding="utf-8") as target:
                target.write(text)
        failed = 0
        for text in [RIGHT] + WRONG:
            with open(os.path.join(root, "x.md"), "w", encoding="utf-8") as target:
                target.write(text)
            wrong, _ = check(root)
            if (text == RIGHT) != (wrong == []):
                print(f"{'was refused' if wrong else 'was not refused'}: {text!r} {wrong}")
                failed = 1
    return failed


def main():
    if sys.argv[1:] == ["--self-test"]:
        return self_test()
    wrong, count = check(ROOT)
    for line in wrong:
        print(line)
    print(f"{count} documents, {len(wrong)} complaints")
    return 1 if wrong or count == 0 else 0


if __name__ == "__main__":
    sys.exit(main())
