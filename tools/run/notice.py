# SPDX-License-Identifier: BSD-2-Clause
#
# What of an image is not Thole's: NOTICE.txt, for people, with the licences' texts, and
# thole.spdx.json, for programs (SPDX 2.3). Both are made of what the build used: the
# libraries that it noted in its folder `credits` (cmake/sources.cmake) and the packages
# that were fetched. The same parts make the same bytes.

import hashlib
import json
import os
import re
import uuid
from dataclasses import dataclass

import machine

CONTENTS = [("NOTICE.txt", "whose the parts are, and their licences"), ("thole.spdx.json", "the same for programs")]
CREATED = "1980-01-01T00:00:00Z"    # as the files' times: the same parts, the same bytes


@dataclass
class Part:
    name: str
    version: str
    what: str
    origin: str
    licence: str        # an SPDX expression
    text: str = ""      # the licence; of one that SPDX knows no short name of it must be there
    sums: tuple = ()    # (file, sha256)


def credit(name):
    with open(machine.built("credits", name), encoding="utf-8", errors="replace") as file:
        return file.read()


def thole():
    with open(os.path.join(machine.ROOT, "include", "thole", "version.h"), encoding="ascii") as file:
        version = re.search(r'THOLE_VERSION "(.*)"', file.read())[1]
    with open(os.path.join(machine.ROOT, "LICENSE"), encoding="utf-8") as file:
        return Part("Thole", version, "kernel, servers and drivers", "the Thole authors", "BSD-2-Clause", file.read())


def library(name, what, licence, text):
    tarball, total = credit(name + ".used").split()
    version = re.search(r"[-_]([0-9.]+?)(?:\.orig)?(?:\.tar\..*)?$", tarball)[1]
    sums = ((tarball, total),) if len(total) == 64 else ()
    return Part(name, version, what, "sources of " + tarball, licence, credit(text) if text else "", sums)


def ours():
    """Thole, and what is linked with it."""
    return [thole(),
            library("newlib", "the C library of the programs", "LicenseRef-newlib", "newlib.licence"),
            library("libfdt", "reads device trees, in init and programs", "BSD-2-Clause", "libfdt.licence"),
            library("libgcc", "arithmetic that the compiler calls", "GPL-3.0-or-later WITH GCC-exception-3.1", None)]


# By the beginning of the package's name: what it is, its licence, the source package.
PACKAGES = {
    "u-boot-rpi": ("U-Boot", "loads Thole", "GPL-2.0-only", "u-boot"),
    "linux-image-": ("bcm2711-rpi-4-b.dtb", "the board's device tree", "GPL-2.0-only", "linux"),
    "raspi-firmware": ("Raspberry Pi firmware", "starts the board", "LicenseRef-Broadcom", "raspi-firmware"),
}


def fetched(origins, folder):
    """The parts of Debian packages: origins are (file, package, version, sha256)."""
    parts = []
    for start, (name, what, licence, source) in PACKAGES.items():
        files = [origin for origin in origins if origin[1].startswith(start)]
        package, version = files[0][1:3]
        text = credit("gpl-2.licence") if licence.startswith("GPL") else broadcom(folder)
        parts.append(Part(name, version, what, f"Debian's package {package}, of the source package {source} {version}",
                          licence, text, tuple((file, total) for file, _, _, total in files)))
    return parts


def broadcom(folder):
    with open(os.path.join(folder, "firmware-licence.txt"), encoding="utf-8") as file:
        return file.read()


# For people.

HEAD = """This image has parts that were made by others. Each has its own licence.

"""
GPL = """
Of the parts under the GNU General Public License the sources are Debian's source packages
named above, in that version; `apt-get source PACKAGE=VERSION` fetches them. Whoever hands
this image on owes them to those who get it.
"""
FIRMWARE = """
The Raspberry Pi firmware is not free software: it may be handed on unchanged, and used
with Raspberry Pi devices only.
"""


def notice(parts):
    text = HEAD
    for part in parts:
        text += f"{part.name} {part.version}\n    {part.what}\n    {part.origin}\n    {part.licence}\n"
        text += "".join(f"    {file} sha256 {total}\n" for file, total in part.sums)
    text += GPL if any(part.licence.startswith("GPL-2") for part in parts) else ""
    text += FIRMWARE if any(part.licence == "LicenseRef-Broadcom" for part in parts) else ""
    for licence_text in dict.fromkeys(part.text for part in parts if part.text):
        names = ", ".join(part.name for part in parts if part.text == licence_text)
        text += f"\n{'-' * 80}\n{names}\n{'-' * 80}\n\n{licence_text.strip()}\n"
    return text


# For programs: SPDX 2.3.

def identifier(name):
    return "SPDXRef-" + re.sub("[^A-Za-z0-9.-]", "-", name)


def checksum(total):
    return {"algorithm": "SHA256", "checksumValue": total}


def package(part):
    entry = {"name": part.name, "SPDXID": identifier(part.name), "versionInfo": part.version,
             "downloadLocation": "NOASSERTION", "filesAnalyzed": False, "sourceInfo": part.origin,
             "licenseConcluded": part.licence, "licenseDeclared": part.licence,
             "copyrightText": "NOASSERTION", "summary": part.what}
    if len(part.sums) == 1:
        entry["checksums"] = [checksum(part.sums[0][1])]
    elif part.sums:
        entry["comment"] = "; ".join(f"{file} sha256 {total}" for file, total in part.sums)
    return entry


def spdx(parts):
    image = {"name": "Thole image", "SPDXID": "SPDXRef-image", "downloadLocation": "NOASSERTION", "filesAnalyzed": False,
             "versionInfo": parts[0].version, "primaryPackagePurpose": "OPERATING-SYSTEM"}
    packages = [image] + [package(part) for part in parts]
    licences = [{"licenseId": part.licence, "name": part.name + "'s licence", "extractedText": part.text}
                for part in parts if part.licence.startswith("LicenseRef-")]
    contains = [{"spdxElementId": "SPDXRef-image", "relationshipType": "CONTAINS", "relatedSpdxElement": identifier(part.name)}
                for part in parts]
    total = hashlib.sha256(json.dumps([packages, licences]).encode()).digest()
    return {"spdxVersion": "SPDX-2.3", "dataLicense": "CC0-1.0", "SPDXID": "SPDXRef-DOCUMENT", "name": "thole-image",
            "documentNamespace": "urn:uuid:" + str(uuid.UUID(bytes=total[:16], version=4)),
            "creationInfo": {"created": CREATED, "creators": ["Tool: thole-image-" + parts[0].version]},
            "packages": packages, "hasExtractedLicensingInfos": licences,
            "relationships": [{"spdxElementId": "SPDXRef-DOCUMENT", "relationshipType": "DESCRIBES",
                               "relatedSpdxElement": "SPDXRef-image"}] + contains}


def write(directory, parts):
    with open(os.path.join(directory, "NOTICE.txt"), "w", encoding="utf-8") as file:
        file.write(notice(parts))
    with open(os.path.join(directory, "thole.spdx.json"), "w", encoding="utf-8") as file:
        json.dump(spdx(parts), file, indent=1)
        file.write("\n")
