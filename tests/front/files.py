# SPDX-License-Identifier: BSD-2-Clause
#
# Files that are not there, are something else, or cannot be read or written: the file
# that is wrong is the one that is named, and what stood in another stays.

import os
import resource
import subprocess
import tempfile

from front import LIMIT, ROOT, SYSTEMS, expect, expect_equal, refused, run, told, write

README = os.path.join(ROOT, "README.md")
OTHER_SYSTEM = os.path.join(SYSTEMS, "virt.dts")
NOBODY = 65534
TOOLS = os.path.join(ROOT, "tools", "bench")


def in_folder(test):
    with tempfile.TemporaryDirectory(prefix="thole front \u00fc") as directory:
        os.chmod(directory, 0o755)
        test(directory)


def files_that_are_not_there_are_named():
    refused(["doctor", "/nowhere.dts"], "there is no file '/nowhere.dts'")
    refused(["doctor", "--hardware", "/nowhere.dts"], "--hardware: there is no file '/nowhere.dts'")
    refused(["doctor", "--board", "nowhere"], "There is no board 'nowhere', and no file BOARD.dtb")
    refused(["run", "--board", "rpi4", "--card", "/nowhere"], "--card: there is no file '/nowhere'")
    refused(["bench", "--check", "/nowhere"], "/nowhere cannot be read: No such file")


def folders_are_no_files():
    refused(["doctor", SYSTEMS], f"{SYSTEMS} is a folder, expected a file")
    refused(["doctor", "--board", SYSTEMS], f"--board: {SYSTEMS} is a folder")
    refused(["run", "--hardware", SYSTEMS], f"--hardware: {SYSTEMS} is a folder")
    refused(["run", "--board", "rpi4", "--card", SYSTEMS], f"--card: {SYSTEMS} is a folder")
    refused(["image", "-o", SYSTEMS], f"{SYSTEMS} cannot be written: it is a folder")
    refused(["doctor", "/dev/null"], "/dev/null is no file")


def files_that_may_not_be_read_are_named():
    """As another user, where this one may read everything."""
    def check(directory):
        path = write(directory, "mine.dts", '#include "systems/virt.dts"\n')
        os.chmod(path, 0)
        how = {"user": NOBODY, "group": NOBODY} if os.geteuid() == 0 else {}
        for words in (["doctor", path], ["doctor", "--board", path], ["run", "--hardware", path],
                      ["run", "--board", "rpi4", "--card", path]):
            refused(words, f"{path} cannot be read: you have no permission", **how)
    in_folder(check)


def the_file_that_is_no_board_is_named_and_not_the_system():
    def check(directory):
        for path, what in ((README, "is no board's tree: expected BOARD.dtb"), (OTHER_SYSTEM, "is a tree's source")):
            refused(["doctor", "--board", path, os.path.join(SYSTEMS, "hello.dts")], f"--board: {path} {what}")
        cut = os.path.join(directory, "cut.dtb")
        with open(cut, "wb") as file:
            file.write(b"\xd0\x0d\xfe\xed" + bytes(96))
        text = told(["doctor", "--board", cut], 1, f"^doctor: --board {cut}: the tree is damaged")
        expect_equal(text.count("virt.dts"), 0, "mentions of the system")
    in_folder(check)


def only_a_syntax_error_gets_the_hint_at_the_line_before():
    def check(directory):
        cases = (("/dts-v1/;\n/ {\n\tx = <1>\n\ty;\n};\n", True, "syntax error$"),
                 ("/dts-v1/;\n/ { x = <&nobody>; };\n", False, "not checked, because it is no tree yet: see above$"),
                 ('/dts-v1/;\n#include "none.h"\n/ { };\n', False, "not checked, because it is no tree yet: see above$"),
                 ("# A page\n", False, "expected a device tree's source, found no /dts-v1/; in it$"),
                 ("/dts-v1/;\n/plugin/;\n/ { thole { }; };\n", False, "expected a whole tree, found /plugin/"))
        for text, hinted, sentence in cases:
            found = told(["doctor", write(directory, "wrong.dts", text)], 1, sentence)
            expect_equal("look for the ';'" in found, hinted, f"a hint for {text!r}")
    in_folder(check)


def a_character_that_dtc_takes_for_the_end_is_told_with_its_line():
    """What stands behind it would silently be nothing: here, that the clock is disabled."""
    def check(directory):
        text = '#include "systems/virt.dts"\n/* \u00fc */\n\u00a0&clock { status = "disabled"; };\n'
        path = write(directory, "pasted.dts", text)
        refused_late(["doctor", path], f"{path}:3: expected ASCII outside of strings and comments, found '.xa0'")
        path = write(directory, "wired.dts", "\u00a0/ { lamp { }; };\n")
        refused_late(["doctor", "--hardware", path], f"{path}:1: expected ASCII")
        fine = write(directory, "fine.dts", '#include "systems/virt.dts"\n// \u00fc\n&log { config { x = "\u00fc"; }; };\n')
        told(["doctor", fine], 0, "0 errors$")
    in_folder(check)


def refused_late(words, *patterns):
    """The same after a build, of which a terminal would be told."""
    told(words, 1, *(f"^thole: .*{pattern}" for pattern in patterns))


def what_is_wired_is_preprocessed_and_an_overlay_refused():
    def check(directory):
        write(directory, "lamps.dtsi", "#define LAMP acme,lamp\n#define STRING(x) #x\n")
        good = write(directory, "good.dts", '#include "lamps.dtsi"\n/ { lamp { reg = <(1 + 2)>; }; };\n')
        told(["doctor", "--hardware", good], 0, "0 errors$")
        for text, line, word in (("/dts-v1/;\n/plugin/;\n/ { };\n", 2, "/plugin/"),
                                 ('#include "lamps.dtsi"\n\n/ { fragment@0 { __overlay__ { }; }; };\n', 3, "__overlay__")):
            path = write(directory, "overlay.dts", text)
            refused_late(["doctor", "--hardware", path], f"--hardware: {path}:{line}: expected .* found {word}")
        bad = write(directory, "bad.dts", '#include "lamps.dtsi"\n/ {\n\tx = <1>\n};\n')
        refused_late(["doctor", "--hardware", bad], "bad.dts:4")
    in_folder(check)


def limited(words, most):
    """A tool of ./thole by itself, on a disk that takes files of so many bytes, as far as it is concerned."""
    return subprocess.run(["/usr/bin/python3", *words], capture_output=True, text=True, timeout=LIMIT, check=False,
                          preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (most, most)))


def what_does_not_fit_leaves_what_was_there():
    def check(directory):
        image, figures = (write(directory, name, "as it was") for name in ("old.img", "old.json"))
        done = limited([os.path.join(ROOT, "tools", "run", "image.py"), "-o", image], 1 << 20)
        expect_equal(done.returncode, 1, "exit status")
        expect(done.stderr, f"^thole: {image} was not written: File too large")
        write_figures = f"import sys; sys.path.insert(0, {TOOLS!r}); import bench; bench.write_json({figures!r}, ['x'] * 999)"
        expect(limited(["-c", write_figures], 64).stderr, f"UserError: {figures} cannot be written: File too large")
        for name in ("old.img", "old.json"):
            with open(os.path.join(directory, name), encoding="utf-8") as file:
                expect_equal(file.read(), "as it was", name)
        expect_equal(sorted(os.listdir(directory)), ["old.img", "old.json"], "files")
    in_folder(check)


def a_card_that_is_no_card_is_named():
    refused(["run", "--board", "rpi4", "--card", README], f"--card {README}: it has .* bytes, and a card has a power of two")


run(files_that_are_not_there_are_named,
    folders_are_no_files,
    files_that_may_not_be_read_are_named,
    the_file_that_is_no_board_is_named_and_not_the_system,
    only_a_syntax_error_gets_the_hint_at_the_line_before,
    a_character_that_dtc_takes_for_the_end_is_told_with_its_line,
    what_is_wired_is_preprocessed_and_an_overlay_refused,
    what_does_not_fit_leaves_what_was_there,
    a_card_that_is_no_card_is_named)
