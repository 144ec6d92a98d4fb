#!/usr/bin/env python3
"""Check a complaint pack of Consent Desk, without Consent Desk.

    python3 verify_pack.py PACK [--key PUBLIC_KEY] [--heads FILE]

PACK is the ZIP file or the folder that it was unpacked into. Needs Python 3.9 or newer and nothing else; with the
package "cryptography" installed the signature is checked too. Says in words what holds and what does not.
Exit code: 0 everything that could be checked holds, 1 something does not, 2 this is no complaint pack.
"""

import argparse
import base64
import hashlib
import json
import sys
import zipfile
from pathlib import Path

HOLDS, DOES_NOT_HOLD, NO_PACK = 0, 1, 2
NO_HEAD = "0" * 64
SEAL_KEYS = ("number", "form", "first", "last", "count", "root", "previous_head", "skip_head", "sealed_at")


class NoPack(Exception):
    """What was given can't be read as a complaint pack at all."""


class Report:
    """What was found, in words."""

    def __init__(self):
        self.lines = []
        self.holds = True

    def good(self, text):
        self.lines.append("holds:          " + text)

    def bad(self, text):
        self.lines.append("DOES NOT HOLD:  " + text)
        self.holds = False

    def unknown(self, text):
        self.lines.append("not checked:    " + text)


def main(arguments=None):
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("pack", type=Path, help="the ZIP file, or the folder that it was unpacked into")
    parser.add_argument("--key", help="the sender's public key in base64, from another place than the pack")
    parser.add_argument("--heads", type=Path, help="a file of published heads, from another place than the pack")
    options = parser.parse_args(arguments)
    try:
        report = verify(read(options.pack), key=options.key, heads=options.heads)
    except NoPack as error:
        print(f"This is no complaint pack: {error}")  # noqa: T201
        return NO_PACK
    print("\n".join(report.lines))  # noqa: T201
    verdict = "Everything that could be checked holds." if report.holds else "This pack can not be relied on."
    print(f"\n{verdict}")  # noqa: T201
    return HOLDS if report.holds else DOES_NOT_HOLD


def read(path):
    """Return the files of a pack by name."""
    try:
        if path.is_dir():
            found = sorted(each for each in path.rglob("*") if each.is_file() and "__pycache__" not in each.parts)
            return {each.relative_to(path).as_posix(): each.read_bytes() for each in found}
        with zipfile.ZipFile(path) as archive:
            names = archive.namelist()
            if len(set(names)) != len(names):
                raise NoPack("two of its files have one name.")
            return {name: archive.read(name) for name in names}
    except NoPack:
        raise
    except Exception as error:
        raise NoPack(f"{path} can't be read ({error}).") from error


def verify(files, *, key=None, heads=None):
    report = Report()
    check_files(files, report)
    check_signature(files, report, key)
    pack, proof = parsed(files, "pack.json", report), parsed(files, "proof.json", report)
    if pack is None or proof is None:
        return report
    try:
        check_evidence(files, pack, report)
        check_entries(pack, proof, report)
        newest = check_seals(proof, report)
        check_heads(proof, newest, heads, report)
    except (KeyError, TypeError, ValueError, AttributeError, IndexError) as error:
        report.bad(f"pack.json or proof.json does not have the form of a pack ({type(error).__name__}: {error}).")
    return report


def check_files(files, report):
    if "manifest.json" not in files:
        raise NoPack("it has no manifest.json.")
    try:
        manifest = json.loads(files["manifest.json"])
        listed = manifest["files"]
        if canonical(manifest) != files["manifest.json"] or set(manifest) != {"form", "files"} or manifest["form"] != 1:
            raise ValueError
        if any(not isinstance(value, str) for value in listed.values()):
            raise ValueError
    except (ValueError, KeyError, TypeError, AttributeError):
        report.bad("manifest.json was changed: it is not as it is written.")
        return
    there = set(files) - {"manifest.json", "manifest.sig"}
    wrong = [f"{name} was changed" for name in sorted(there & set(listed)) if sha256(files[name]) != listed[name]]
    wrong += [f"{name} is missing" for name in sorted(set(listed) - there)]
    wrong += [f"{name} was put in" for name in sorted(there - set(listed))]
    for text in wrong:
        report.bad(f"{text}.")
    if not wrong:
        report.good(f"all {len(listed)} files are as the manifest lists them.")


def check_signature(files, report, key):
    if "manifest.sig" not in files:
        if key:
            report.bad("the pack has no signature, and you gave the key of one who signs.")
        else:
            report.unknown("the pack is not signed. Who made it, only whoever gave it to you can tell.")
        return
    try:
        told = json.loads(files["manifest.sig"])
        if canonical(told) + b"\n" != files["manifest.sig"] or told["algorithm"] != "Ed25519" or len(told) != 3:
            raise ValueError
        public, signature = (base64.b64decode(told[name], validate=True) for name in ("public_key", "signature"))
        spelled = (base64.b64encode(public).decode(), base64.b64encode(signature).decode())
        if spelled != (told["public_key"], told["signature"]) or len(public) != 32 or len(signature) != 64:
            raise ValueError
    except (ValueError, KeyError, TypeError):
        report.bad("manifest.sig was changed: it is not as it is written.")
        return
    if key and key.strip() != told["public_key"]:
        report.bad("the pack is signed with another key than the one you gave.")
        return
    try:
        from cryptography.exceptions import InvalidSignature  # noqa: PLC0415  (needed for the signature alone)
        from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey  # noqa: PLC0415
    except ImportError:
        report.unknown('the signature: install the Python package "cryptography" for it.')
        return
    try:
        Ed25519PublicKey.from_public_bytes(public).verify(signature, files["manifest.json"])
    except (InvalidSignature, ValueError):
        report.bad("the signature does not fit the manifest.")
        return
    report.good(f"the signature, by the key {told['public_key']}.")
    if not key:
        report.unknown("whose key that is: get it from the sender another way, and give it with --key.")


def parsed(files, name, report):
    try:
        return json.loads(files[name])
    except (KeyError, ValueError):
        report.bad(f"{name} is missing or can't be read.")
        return None


def check_evidence(files, pack, report):
    missing = set(pack["missing_files"])
    for each in pack["evidence"]:
        name = each["file"]
        if not name:
            continue
        if name in missing:
            report.unknown(f"{name}: the sender did not find it any more.")
        elif sha256(files.get(name, b"")) != each["file_sha256"]:
            report.bad(f"{name} is not the file that was filed as evidence {each['id']}.")
        else:
            report.good(f"{name} is the file that was filed as evidence {each['id']}.")


def check_entries(pack, proof, report):
    """Check that the ledger's lines in pack.json are those that are proved, and that each leads to its seal's root."""
    seals = {seal["number"]: seal for seal in proof["seals"]}
    if [json.loads(entry["bytes"]) for entry in proof["entries"]] != pack["ledger"]:
        report.bad("the ledger entries in pack.json are not those in proof.json.")
    known = {entry["id"] for entry in pack["ledger"]}
    strange = sorted({number for event in pack["events"] for number in event["entries"]} - known)
    if strange:
        report.bad(f"events rest on ledger entries that are not in the pack: {strange}.")
    sealed = unsealed = 0
    for entry in proof["entries"]:
        number = json.loads(entry["bytes"])["id"]
        if entry["seal"] is None:
            unsealed += 1
        elif entry["path"] is None or entry["seal"] not in seals:
            report.bad(f"ledger entry {number} is not as it was sealed.")
        elif climb(entry["bytes"].encode(), entry["path"]) != seals[entry["seal"]]["root"]:
            report.bad(f"ledger entry {number} does not stand under seal {entry['seal']}.")
        else:
            sealed += 1
    if sealed:
        report.good(f"{sealed} ledger entries are byte for byte those that were sealed.")
    if unsealed:
        report.unknown(f"{unsealed} ledger entries had no seal yet when the pack was made.")


def check_seals(proof, report):
    """Check that every seal leads to the newest one. Returns the newest, or None."""
    seals = {seal["number"]: seal for seal in proof["seals"]}
    if not seals:
        return None
    newest = max(seals)
    named = {newest: seals[newest]["head"]}
    wrong = False
    for number in sorted(seals, reverse=True):
        seal = seals[number]
        facts = {name: seal[name] for name in SEAL_KEYS}
        if len(seal) != len(SEAL_KEYS) + 1 or hashlib.sha256(b"\x02" + canonical(facts)).hexdigest() != seal["head"]:
            report.bad(f"seal {number} was changed.")
            wrong = True
        if named.get(number) != seal["head"]:
            report.bad(f"seal {number} does not lead to seal {newest}.")
            wrong = True
        for older, head in ((number - 1, seal["previous_head"]), (number & (number - 1), seal["skip_head"])):
            named.setdefault(older, head)
            if named[older] != head:
                report.bad(f"two seals name different heads for seal {older}.")
                wrong = True
    if named.get(0, NO_HEAD) != NO_HEAD:
        report.bad("the first seal follows something that never was.")
        wrong = True
    if not wrong:
        report.good(f"{len(seals)} seals lead to seal {newest} of {seals[newest]['sealed_at']}, whose head is")
        report.lines.append(f"                {seals[newest]['head']}")
    return newest


def check_heads(proof, newest, heads, report):
    if newest is None:
        return
    if heads is None:
        report.unknown("whether that head was published at the time: get the heads and give them with --heads.")
        return
    try:
        told = [json.loads(line) for line in heads.read_text().splitlines() if line.strip()]
        published = {each["number"]: each["head"] for each in told}
    except (OSError, ValueError, KeyError, TypeError) as error:
        report.bad(f"{heads} holds no heads ({error}).")
        return
    compared = [seal for seal in proof["seals"] if seal["number"] in published]
    differ = [seal["number"] for seal in compared if seal["head"] != published[seal["number"]]]
    if differ:
        report.bad(f"seals {differ} are not those whose heads were published.")
    elif not compared:
        report.unknown("none of these seals is among the published heads.")
    else:
        report.good(f"{len(compared)} heads are those that were published.")


def climb(data, path):
    reached = hashlib.sha256(b"\x00" + data).digest()
    for side, beside in path:
        if side not in ("left", "right"):
            return ""
        other = bytes.fromhex(beside)
        reached = hashlib.sha256(b"\x01" + (other + reached if side == "left" else reached + other)).digest()
    return reached.hex()


def canonical(value):
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()


def sha256(data):
    return hashlib.sha256(data).hexdigest()


if __name__ == "__main__":
    sys.exit(main())
