# SPDX-License-Identifier: BSD-2-Clause
#
# How ./thole installs packages and tools/fetch gets sources, on machines that are made up: their commands are those
# of a minimal Debian and of the packages that are said to be there; apt-get, sudo, id
# and QEMU are scripts, which note how they were called.

import os
import pty
import re
import subprocess
import sys
import tempfile
import traceback

ROOT = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
BASIC = """awk basename cat chmod cp cut dirname env find flock grep head mkdir mktemp mv printf readlink rm sed sh
sha256sum tail tee tr true"""
# What the packages of `./thole run` bring; a file that a package is known by is of this machine.
TOOLS = """aarch64-linux-gnu-gcc gcc make cmake ninja xz cpio dtc fdtput mkimage mcopy mkfs.vfat
dt-validate clang clang-tidy cppcheck shellcheck spin gdb-multiarch"""
APT = r'''#!/bin/sh
echo "apt-get $*" >>"$WORLD/calls"
case " $* " in
*" indextargets "*) cat "$WORLD/sources" ;;
*" update "*) [ -e "$WORLD/network" ] || exit 100; : >"$WORLD/lists" ;;
*" --simulate "*)
    [ -e "$WORLD/lists" ] || { echo "E: Unable to locate package these" >&2; exit 100; }
    case "$*" in *backports*) [ -e "$WORLD/backports" ] || { echo "E: Release is not there" >&2; exit 100; } ;; esac ;;
*" install "*)
    [ -e "$WORLD/mirror" ] || exit 100
    for tool in "$WORLD"/later/*; do cp "$tool" "$WORLD/bin/"; done ;;
esac
'''
QEMU = "#!/bin/sh\necho 'virt  a board'\n%s"
SUDO = '''#!/bin/sh
echo "sudo $*" >>"$WORLD/calls"
[ -e "$WORLD/sudoer" ] && exec "$@"
exit 1
'''


class World:
    """A machine of that user, with what is `there`: lists, network, mirror, sudo, sudoer, backports."""

    def __init__(self, directory, there, user=0, tools=False, qemu=""):
        self.directory, self.bin = directory, os.path.join(directory, "bin")
        self.environment = {"PATH": self.bin, "WORLD": directory, "HOME": directory}
        for folder in ("bin", "later", "checkout"):
            os.mkdir(os.path.join(directory, folder))
        for name in BASIC.split():
            os.symlink(os.path.realpath(os.path.join("/usr/bin", name)), os.path.join(self.bin, name))
        for word in there.split():
            self.write(word, "")
        self.write("sources", "http://127.0.0.1/debian bookworm Debian\n")
        self.script("bin/apt-get", APT)
        self.script("bin/id", f"#!/bin/sh\necho {user}\n")
        if "sudo" in there.split():
            self.script("bin/sudo", SUDO)
        where = "bin" if tools else "later"
        for name in TOOLS.split():
            self.script(f"{where}/{name}", "#!/bin/sh\n")
        self.script(f"{where}/qemu-system-aarch64", QEMU % "")
        if tools:
            self.script("later/qemu-system-aarch64", QEMU % qemu)
        self.checkout()

    def write(self, name, text):
        with open(os.path.join(self.directory, name), "w", encoding="utf-8") as file:
            file.write(text)

    def script(self, name, text):
        self.write(name, text)
        os.chmod(os.path.join(self.directory, name), 0o755)

    def checkout(self):
        """./thole as it is, but for the files by which it knows packages and systems, which are this world's."""
        with open(os.path.join(ROOT, "thole"), encoding="utf-8") as file:
            text = file.read()
        for path in ("/usr/include/", "/usr/lib/", "/usr/share/keyrings/", "/usr/bin/python3"):
            text = re.sub(rf"^{path}\S*", "apt-get", text, flags=re.MULTILINE)
        text = text.replace("/etc/os-release", f"{self.directory}/os-release")
        text = text.replace("/etc/apt/sources.list.d", self.directory).replace(":/usr/sbin:/sbin", "")
        self.script("checkout/thole", text)
        self.write("os-release", "VERSION_CODENAME=bookworm\n")
        os.mkdir(os.path.join(self.directory, "checkout", "tools"))
        os.symlink(os.path.join(ROOT, "tools", "fetch"), os.path.join(self.directory, "checkout", "tools", "fetch"))

    def fetch(self, tarball, sums, **environment):
        """What tools/fetch/fetch says for a library with alternatives of those sums."""
        self.script("bin/dpkg", "#!/bin/sh\necho amd64\n")
        self.write("list", "".join(f"lib {kind} trixie lib {tarball} {sum}\n"
                                   for kind, sum in zip(("inside", "orig"), sums)))
        done = subprocess.run(["sh", os.path.join(ROOT, "tools", "fetch", "fetch"), "lib",
                               os.path.join(self.directory, "list")], stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              env={**self.environment, **environment}, timeout=50, text=True, check=False)
        return done.stdout + f"status {done.returncode}\n"

    def thole(self, *words, answer=None):
        """Its exit status and what it said; with an answer, on a terminal."""
        ours, theirs = pty.openpty() if answer is not None else (None, subprocess.DEVNULL)
        said, errors = (theirs, theirs) if answer is not None else (subprocess.PIPE, subprocess.STDOUT)
        if answer is not None:
            os.write(ours, answer.encode())
        done = subprocess.Popen([os.path.join(self.directory, "checkout", "thole"), *words],
                                env=self.environment, stdin=theirs, stdout=said, stderr=errors)
        if answer is None:
            return done.communicate(timeout=50)[0].decode() + f"status {done.returncode}\n"
        os.close(theirs)
        text = b""
        try:
            while part := os.read(ours, 65536):
                text += part
        except OSError:     # what a terminal says at its end
            pass
        os.close(ours)
        return text.decode().replace("\r", "") + f"status {done.wait(50)}\n"

    def calls(self):
        """What was done to the system: without what only looks, and options that are always there."""
        try:
            with open(os.path.join(self.directory, "calls"), encoding="utf-8") as file:
                lines = file.read().split("\n")
        except FileNotFoundError:
            return []
        lines = [re.sub(r" (-y|-o\S+|--no-install-recommends)(?= )", "", line) for line in lines if line]
        return [" ".join(line.split()[:2]) for line in lines
                if "--simulate" not in line and "indextargets" not in line and line.startswith("apt-get")]

    def has(self, name):
        return os.path.exists(os.path.join(self.directory, name))


def expect(text, *patterns):
    for pattern in patterns:
        if not re.search(pattern, text, re.MULTILINE):
            raise AssertionError(f"expected {pattern!r} in:\n{text}")


def expect_equal(found, expected, text=""):
    if found != expected:
        raise AssertionError(f"expected {expected!r}, found {found!r}\n{text}")


def root_gets_what_is_missing_and_old_lists_are_left_alone(make):
    world = make("lists network mirror")
    text = world.thole("setup", "--board", "rpi4")
    expect(text, r"^ +gcc-aarch64-linux-gnu +compiles", r"^ +qemu-system-arm +emulates", r"^thole: installed\.$")
    expect_equal(world.calls()[:1], ["apt-get install"], text)


def lists_that_are_missing_are_fetched_once(make):
    world = make("network mirror backports")
    text = world.thole("setup", "--board", "rpi4")
    expect_equal(world.calls()[:2], ["apt-get update", "apt-get install"], text)
    expect_equal(world.calls().count("apt-get update"), 1, text)


def nothing_is_done_where_all_is_there(make):
    world = make("", tools=True)
    world.script("bin/qemu-system-aarch64", QEMU % "echo 'raspi4b  a board'\n")
    expect_equal(world.thole("setup", "--board", "rpi4"), "thole: everything is there.\nstatus 0\n")
    expect_equal(world.calls(), [])


def without_a_network_that_is_said_once_and_nothing_else_is_tried(make):
    world = make("mirror")
    text = world.thole("setup", "--board", "rpi4")
    expect(text, r"^thole: not all package lists could be fetched.*network", r"^    Unable to locate package these$",
           r"^thole: installing failed\.$", r"^status 1$")
    expect_equal(world.calls(), ["apt-get update"], text)


def a_source_that_fails_is_no_matter_if_the_others_suffice(make):
    world = make("network mirror")
    world.script("bin/apt-get", APT.replace(': >"$WORLD/lists"', ': >"$WORLD/lists"; exit 100'))
    expect(world.thole("setup", "--board", "imx8mp"), r"^thole: installed\.$")


def a_user_is_told_what_root_would_do_and_why_nothing_was_done(make):
    by_hand = r"As root: apt-get update && apt-get install --no-install-recommends gcc-aarch64-linux-gnu .*-system-arm$"
    for there, answer, why in (("", "", "there is no sudo"), ("sudo", None, "no terminal to ask on"),
                               ("sudo sudoer", "n\n", "did not say yes"), ("sudo", "y\n", "sudo does not let you")):
        world = make("lists network mirror " + there, user=1000)
        text = world.thole("run", answer=answer)
        expect(text, rf"^thole: .*nothing was installed: .*{why}\. {by_hand}", r"^status 1$")
        expect_equal(world.calls(), [], text)


def a_user_who_says_yes_gets_it_through_sudo(make):
    world = make("network mirror sudo sudoer", user=1000)
    text = world.thole("setup", answer="y\n")
    expect(text, r"install them now through sudo\? \[y/N\]", r"^thole: installed\.$")
    expect_equal(world.calls()[:2], ["apt-get update", "apt-get install"], text)


def a_younger_emulator_comes_from_backports(make):
    world = make("network mirror backports", tools=True, qemu="echo 'raspi4b  a board'\n")
    text = world.thole("setup", "--board", "rpi4")
    expect(text, r"^thole: Debian 12's QEMU does not emulate a Raspberry Pi 4", r"^thole: everything is there\.$")
    with open(os.path.join(world.directory, "thole-backports.list"), encoding="utf-8") as file:
        expect(file.read(), r"^deb \[signed-by=\S+\] http://127.0.0.1/debian bookworm-backports main\n\Z")
    expect_equal(world.calls(), ["apt-get update", "apt-get install"], text)


def backports_that_are_a_source_are_not_added_again(make):
    for there in ("network mirror backports", "lists mirror backports"):
        world = make(there, tools=True, qemu="echo 'raspi4b  a board'\n")
        world.write("sources", "bookworm\nbookworm-backports\n")
        expect(world.thole("setup", "--board", "rpi4"), r"^thole: everything is there\.$")
        expect_equal(world.has("thole-backports.list"), False, "a source of ours")


def backports_that_cannot_be_had_leave_no_source_behind(make):
    for there in ("lists network mirror", "lists mirror", "lists network backports"):
        world = make(there, tools=True, qemu="echo 'raspi4b  a board'\n")
        text = world.thole("setup", "--board", "rpi4")
        expect(text, r"^thole: QEMU could not be had from bookworm-backports", r"^status 1$")
        expect_equal(world.has("thole-backports.list"), False, text)


def a_user_is_told_the_source_of_backports_too(make):
    world = make("lists network mirror", user=1000, tools=True)
    text = world.thole("run", "--board", "rpi4")
    expect(text, r"no sudo\. As root: echo 'deb .* bookworm-backports main' >\S+\.list && apt-get update && apt-get "
                 r"install --no-install-recommends qemu-system-arm/bookworm-backports .*data/bookworm-backports$")
    expect_equal(world.calls(), [], text)


def another_systems_emulator_is_left_to_its_user(make):
    world = make("lists network mirror backports", tools=True)
    world.write("os-release", "VERSION_CODENAME=noble\n")
    text = world.thole("run", "--board", "rpi4")
    expect(text, r"^thole: this QEMU does not emulate .* \(machine raspi4b\): install QEMU 9\.0 or later\.$")
    expect_equal(world.calls(), [], text)


def debian_13_goes_without_what_it_does_not_have(make):
    for release, named in (("bookworm", True), ("trixie", False)):
        world = make("lists", user=1000)
        world.write("os-release", f"VERSION_CODENAME={release}\n")
        expect_equal("dt-schema" in world.thole("setup"), named, release)


def what_installing_did_not_bring_is_named(make):
    world = make("lists mirror")
    os.remove(os.path.join(world.directory, "later", "cpio"))
    expect(world.thole("setup"), r"^thole: still missing after installing: cpio $", r"^status 1$")


def the_suite_tries_backports_once_and_leaves_out_what_lacks_them(make):
    world = make("network mirror", tools=True)
    text = world.thole("test")
    expect(text, r"^thole: the tests of --board rpi4 are left out: QEMU could not be had",
           r"^thole: the tests of --board imx8mp are left out: .*install QEMU 10\.0 or later\.$",
           r"^thole: configuring host$")
    expect_equal(world.calls(), ["apt-get update"], text)


def sources_are_asked_for_once_of_a_mirror_that_does_not_answer(make):
    world = make("mirror")
    world.script("bin/apt-get", APT.replace("|| exit 100", "|| { echo 'E: no such host' >&2; exit 100; }"))
    text = world.fetch("lib.tar", ["0" * 64, "1" * 64], THOLE_MIRROR="http://localhost/debian")
    expect(text, r"^fetch: http://localhost/debian does not give .* trixie, or cannot be reached:\n    no such host$",
           r"^fetch: Another mirror can be given as THOLE_MIRROR=", r"^fetch:     lib\.tar  \(sha256 0+\)$",
           r"^fetch: and set THOLE_SOURCES=FOLDER in the environment", r"^status 1$")
    expect_equal(text.count("does not give"), 1, text)


def sources_that_a_folder_lacks_come_from_the_cache(make):
    world = make("")
    folder, cache = (os.path.join(world.directory, *names) for names in (("debs",), (".cache", "thole", "sources")))
    os.makedirs(folder)
    os.makedirs(cache)
    world.write(".cache/thole/sources/lib.tar", "text")
    whole = "982d9e3eb996f559e633f4d194def3761d909f5a3b647d1a851fead67c32c9d1"      # of "text"
    text = world.fetch("lib.tar", [whole], THOLE_SOURCES=folder)
    expect_equal(text, os.path.join(cache, "lib.tar") + "\nstatus 0\n")
    world.write("debs/lib.tar", "other text")
    expect_equal(world.fetch("lib.tar", [whole], THOLE_SOURCES=folder), text)
    world.write(".cache/thole/sources/lib.tar", "damaged")
    expect(world.fetch("lib.tar", [whole], THOLE_SOURCES=folder), r"^fetch: \S+/debs/lib.tar is not the file that is",
           rf"expected sha256 {whole}$", r"^status 1$")


def run(*tests):
    failed = 0
    for test in tests:
        with tempfile.TemporaryDirectory() as directory:
            def make(*words, **options):
                return World(tempfile.mkdtemp(dir=directory), *words, **options)
            try:
                test(make)
                print(f"passed: {test.__name__}")
            except Exception:   # the others are still to be run
                traceback.print_exc()
                print(f"FAILED: {test.__name__}")
                failed += 1
    sys.exit(failed != 0)


run(root_gets_what_is_missing_and_old_lists_are_left_alone,
    lists_that_are_missing_are_fetched_once,
    nothing_is_done_where_all_is_there,
    without_a_network_that_is_said_once_and_nothing_else_is_tried,
    a_source_that_fails_is_no_matter_if_the_others_suffice,
    a_user_is_told_what_root_would_do_and_why_nothing_was_done,
    a_user_who_says_yes_gets_it_through_sudo,
    a_younger_emulator_comes_from_backports,
    backports_that_are_a_source_are_not_added_again,
    backports_that_cannot_be_had_leave_no_source_behind,
    a_user_is_told_the_source_of_backports_too,
    another_systems_emulator_is_left_to_its_user,
    debian_13_goes_without_what_it_does_not_have,
    what_installing_did_not_bring_is_named,
    the_suite_tries_backports_once_and_leaves_out_what_lacks_them,
    sources_are_asked_for_once_of_a_mirror_that_does_not_answer,
    sources_that_a_folder_lacks_come_from_the_cache)
