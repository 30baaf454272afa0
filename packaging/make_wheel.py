"""Makes a wheel of a folder: python3 make_wheel.py FOLDER WHEEL LEVEL. The same files make the same bytes.

LEVEL: zlib's, 1 (quick) to 9 (small)."""

import base64
import hashlib
import os
import sys
import zipfile

# The oldest that a zip file can hold.
DATE = (1980, 1, 1, 0, 0, 0)


def main(folder, wheel, level):
    names = sorted(
        os.path.relpath(os.path.join(where, name), folder) for where, _, files in os.walk(folder) for name in files
    )
    # RECORD, with the checksum of everything but itself, is last: PEP 427 recommends it for the whole .dist-info.
    names.sort(key=lambda name: ".dist-info/" in name)
    info = next(name.split("/")[0] for name in names if ".dist-info/" in name)
    record = []
    with zipfile.ZipFile(wheel, "w") as archive:
        for name in names:
            path = os.path.join(folder, name)
            with open(path, "rb") as file:
                content = file.read()
            digest = base64.urlsafe_b64encode(hashlib.sha256(content).digest()).rstrip(b"=").decode()
            record.append(f"{name},sha256={digest},{len(content)}")
            add(archive, name, content, os.access(path, os.X_OK), int(level))
        record.append(f"{info}/RECORD,,")
        add(archive, f"{info}/RECORD", ("\n".join(record) + "\n").encode(), False, int(level))


def add(archive, name, content, executable, level):
    entry = zipfile.ZipInfo(name, DATE)
    entry.create_system = 3
    entry.external_attr = (0o100755 if executable else 0o100644) << 16
    entry.compress_type = zipfile.ZIP_DEFLATED
    archive.writestr(entry, content, compresslevel=level)


if __name__ == "__main__":
    main(*sys.argv[1:])
