# SPDX-License-Identifier: BSD-2-Clause
#
# The images that `./thole image` writes: what is in both boards' is the same, two builds
# make the same bytes, and each says whose its parts are. Needs no emulator.

import json
import os
import re
import shutil
import struct
import subprocess
import tempfile

from system import ROOT, VIRT, expect, expect_equal, file_hash, read_archive, run

BOARDS = ("virt", "rpi4")
COMMON = {"clock", "console", "log", "shell"}
BUILD_SECONDS = 800


def make_image(board, directory, root=ROOT, **environment):
    path = os.path.join(directory, board + ".img")
    done = subprocess.run(["/usr/bin/python3", os.path.join(root, "tools", "run", "image.py"), "--board", board, "-o", path],
                          capture_output=True, text=True, timeout=600, env={**os.environ, **environment})
    expect_equal(done.returncode, 0, f"exit status\n{done.stdout}{done.stderr}")
    return path


def unpacked(image, directory):
    """The files of the image's FAT partition; of a FIT image its parts, too."""
    os.makedirs(directory)
    subprocess.run(["mcopy", "-n", "-i", image + "@@1M", "::*", directory], check=True, timeout=60,
                   env={**os.environ, "MTOOLS_SKIP_CHECK": "1"})
    fit = os.path.join(directory, "thole.itb")
    if os.path.exists(fit):
        for position, name in enumerate(("Image", "archive.cpio")):
            subprocess.run(["dumpimage", "-T", "flat_dt", "-p", str(position), "-o", os.path.join(directory, name), fit],
                           check=True, timeout=60, stdout=subprocess.DEVNULL)
    return directory


def contents(path):
    with open(path, "rb") as file:
        return file.read()


def with_both(test):
    with tempfile.TemporaryDirectory() as directory:
        images = {board: make_image(board, directory) for board in BOARDS}
        test(images, {board: unpacked(images[board], os.path.join(directory, board)) for board in BOARDS})


def kernel_init_and_common_programs_are_the_same_files():
    def check(_, folders):
        hashes = [{"Image": file_hash(os.path.join(folder, "Image")),
                   **{name: hash(program) for name, program in read_archive(os.path.join(folder, "archive.cpio")).items()}}
                  for folder in folders.values()]
        common = set(hashes[0]) & set(hashes[1])
        expect_equal(common, COMMON | {"Image"}, "files in both")
        for name in sorted(common):
            expect_equal(hashes[1][name], hashes[0][name], name)
        init = contents(os.path.join(VIRT, "init.bin"))
        expect_equal(init in contents(os.path.join(folders["rpi4"], "Image")), True, "init is in the kernel's image")
    with_both(check)


def each_boards_image_has_its_own_programs_only():
    def check(_, folders):
        own = {"virt": {"pl011"}, "rpi4": {"bcm2835-aux", "bcm2835-pm", "watchdog"}}
        for board, programs in own.items():
            expect_equal(set(read_archive(os.path.join(folders[board], "archive.cpio"))) - COMMON, programs, board)
    with_both(check)


def the_card_has_two_partitions_and_a_size_that_cards_have():
    def check(images, _):
        card = contents(images["rpi4"])
        expect_equal(len(card) & (len(card) - 1), 0, "bits of the size besides one")
        entries = [struct.unpack_from("<B3xB3xII", card, 446 + 16 * number) for number in range(4)]
        expect_equal([entry[:2] for entry in entries], [(0x80, 0x0e), (0, 0xda), (0, 0), (0, 0)], "partitions")
        (_, _, start, length), (_, _, data_start, data_length) = entries[:2]
        expect_equal((start * 512, data_start, (data_start + data_length) * 512), (1 << 20, start + length, len(card)),
                     "places of the partitions")
        expect_equal(any(card[data_start * 512:]), False, "something is in the data partition")
    with_both(check)


def two_builds_elsewhere_and_later_make_the_same_bytes():
    """A copy of the sources, whose files are dated otherwise, in a folder of another depth and length, by another user's
    zone and mask."""
    with tempfile.TemporaryDirectory() as directory:
        here = {board: make_image(board, directory) for board in BOARDS}     # before the build, which takes its time
        copy = os.path.join(directory, "another place", "by a longer name", "thole")
        shutil.copytree(ROOT, copy, symlinks=True, ignore=shutil.ignore_patterns("build", ".git", "__pycache__"),
                        copy_function=shutil.copyfile)
        subprocess.run(["chmod", "-R", "u+x", copy], check=True)
        environment = {"TZ": "Asia/Kolkata", "LC_ALL": "C", "THOLE_VIRT": os.path.join(copy, "build", "virt")}
        for words in (["--preset", "virt"], ["--build", "--preset", "virt"]):
            done = subprocess.run(["sh", "-c", 'umask 077; exec cmake "$@"', "sh", *words], cwd=copy, capture_output=True,
                                  text=True, timeout=BUILD_SECONDS, env={**os.environ, **environment})
            expect_equal(done.returncode, 0, f"cmake {words}\n{done.stdout[-2000:]}{done.stderr[-2000:]}")
        for board in BOARDS:
            there = make_image(board, os.path.dirname(copy), copy, **environment)
            expect_equal(file_hash(there), file_hash(here[board]), f"the image for {board}")


# What SPDX 2.3 asks of a document (clause 6), a package (7), another licence (10) and a relationship (11).
NAME = r"SPDXRef-[A-Za-z0-9.-]+"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
KNOWN = {"BSD-2-Clause", "GPL-2.0-only", "GPL-3.0-or-later WITH GCC-exception-3.1"}


def check_spdx(document):
    for name, form in (("spdxVersion", r"SPDX-2\.3"), ("dataLicense", r"CC0-1\.0"), ("SPDXID", "SPDXRef-DOCUMENT"),
                       ("name", ".+"), ("documentNamespace", r"[a-z]+:[^#]+")):
        expect(document[name], rf"^{form}$")
    expect(document["creationInfo"]["created"], rf"^{TIME}$")
    for creator in document["creationInfo"]["creators"]:
        expect(creator, r"^(Tool|Person|Organization): .+")
    own = [licence["licenseId"] for licence in document["hasExtractedLicensingInfos"]]
    for licence in document["hasExtractedLicensingInfos"]:
        expect(licence["licenseId"], r"^LicenseRef-[A-Za-z0-9.-]+$")
        expect(licence["extractedText"], r"(?s)^.{200}")
    names = [package["SPDXID"] for package in document["packages"]]
    expect_equal(len(set(names)), len(names), "packages of different identifiers")
    for package in document["packages"]:
        expect(package["SPDXID"], rf"^{NAME}$")
        expect(package["name"] + package["versionInfo"] + package["downloadLocation"], ".+")
        expect_equal(package["filesAnalyzed"], False, "filesAnalyzed")
        expect_equal(package.get("licenseConcluded", "BSD-2-Clause") in KNOWN | set(own), True, package)
        for checksum in package.get("checksums", []):
            expect(checksum["algorithm"] + checksum["checksumValue"], r"^SHA256[0-9a-f]{64}$")
    for relation in document["relationships"]:
        expect(relation["relationshipType"], r"^(DESCRIBES|CONTAINS)$")
        expect_equal({relation["spdxElementId"], relation["relatedSpdxElement"]} - set(names) - {"SPDXRef-DOCUMENT"}, set(),
                     "what is related and nowhere described")
    return {package["name"]: package for package in document["packages"]}


def each_image_says_whose_its_parts_are():
    def check(_, folders):
        libraries = {"Thole", "Thole image", "newlib", "libfdt", "libgcc"}
        expected = {"virt": libraries, "rpi4": libraries | {"U-Boot", "bcm2711-rpi-4-b.dtb", "Raspberry Pi firmware"}}
        for board, folder in folders.items():
            packages = check_spdx(json.loads(contents(os.path.join(folder, "thole.spdx.json"))))
            expect_equal(set(packages), expected[board], f"parts of the image for {board}")
            notice = contents(os.path.join(folder, "NOTICE.txt")).decode()
            for package in packages.values():
                if package["name"] != "Thole image":
                    expect(notice, rf"^{re.escape(package['name'])} {re.escape(package['versionInfo'])}$")
            expect(notice, "David Gibson", "Red Hat", "Thole authors")
        expect(notice, "GNU GENERAL PUBLIC LICENSE", "Broadcom Corporation", "Raspberry Pi devices only")
    with_both(check)


def the_checksums_are_those_of_the_files_in_the_image():
    def check(_, folders):
        packages = check_spdx(json.loads(contents(os.path.join(folders["rpi4"], "thole.spdx.json"))))
        for part, name in (("U-Boot", "u-boot.bin"), ("bcm2711-rpi-4-b.dtb", "bcm2711-rpi-4-b.dtb")):
            expect_equal(packages[part]["checksums"][0]["checksumValue"], file_hash(os.path.join(folders["rpi4"], name)), name)
    with_both(check)


run(kernel_init_and_common_programs_are_the_same_files,
    each_boards_image_has_its_own_programs_only,
    the_card_has_two_partitions_and_a_size_that_cards_have,
    each_image_says_whose_its_parts_are,
    the_checksums_are_those_of_the_files_in_the_image,
    two_builds_elsewhere_and_later_make_the_same_bytes)
