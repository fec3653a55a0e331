import Foundation
import Support
import TestSupport
import Testing

@testable import Zarr

/// ZIP archives as other programs write them, and what may be wrong with them.
struct ZipStoreTests {
    /// The bytes of the members `a/0` and `a/1` of the archives: one that can be compressed to a thousandth, and one that cannot.
    private static let smooth = [UInt8](repeating: 7, count: 300_000)
    private static let noise: [UInt8] = {
        var random = RepeatableRandom(seed: 1)
        return (0..<200_000).map { _ in UInt8.random(in: 0...255, using: &random) }
    }()

    /// Calls `body` with the path of an archive that the Python `lines` write, which know `out` (its path), `smooth` and `noise`.
    private func withArchive(_ lines: String, _ body: (String) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { directory in
            try Data(Self.smooth).write(to: directory.appending(path: "smooth"))
            try Data(Self.noise).write(to: directory.appending(path: "noise"))
            let start = """
                import os, sys, struct, zipfile
                from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile, ZipInfo
                os.chdir(sys.argv[1])
                out, smooth, noise = "store.zarr.zip", open("smooth", "rb").read(), open("noise", "rb").read()
                """
            try runChecked(["python3", "-c", "\(start)\n\(lines)", directory.path])
            try body(directory.appending(path: "store.zarr.zip").path)
        }
    }

    private static let rewrite = """
        import sys, zipfile
        with open(sys.argv[1], "r+b") as file:
            file.truncate()
            zipfile.ZipFile(file, "w").writestr("zarr.json", "{ }")
        """

    private static let write = """
        def write(file, prefix="", **options):
            with ZipFile(file, "a", **options) as archive:
                archive.writestr(prefix + "zarr.json", "{}")
                archive.writestr(prefix + "a/0", smooth)
                archive.writestr(prefix + "a/1", noise)
                archive.writestr(prefix + "a/empty", b"")
        """

    private static let forms = [
        "write(out, compression=ZIP_STORED)",
        "write(out, compression=ZIP_DEFLATED)",
        "write(out, compression=ZIP_DEFLATED, compresslevel=1)",
        // A folder that was compressed with its name.
        "write(out, 'store.zarr/', compression=ZIP_DEFLATED)",
        // Bytes before the archive, which its offsets do not count, and a comment behind it.
        "write('plain'); open(out, 'wb').write(b'x' * 1000 + open('plain', 'rb').read())",
        "write(out)\nwith ZipFile(out, 'a') as archive: archive.comment = b'PK\\5\\6' + b'c' * 5000",
        // 64-bit sizes in all places.
        """
        zipfile.ZIP64_LIMIT = 10
        zipfile.ZIP_FILECOUNT_LIMIT = 1
        write(out, compression=ZIP_DEFLATED)
        """,
        // Sizes behind the member, as a program writes them that does not know them before.
        """
        class Pipe:
            def __init__(self): self.file = open(out, "wb")
            def write(self, bytes): return self.file.write(bytes)
            def flush(self): self.file.flush()
        with ZipFile(Pipe(), "w", compression=ZIP_DEFLATED) as archive:
            archive.writestr("zarr.json", "{}")
            archive.writestr("a/0", smooth)
            archive.writestr("a/1", noise)
            archive.writestr("a/empty", b"")
        """,
        // Older members of the same names, and folders.
        """
        with ZipFile(out, "w") as archive:
            archive.writestr("a/", b"")
            archive.writestr("a/0", b"older")
            archive.writestr("a/1", b"older, too")
        write(out)
        """,
    ]

    @Test(arguments: forms)
    func `a ZIP archive is read as Python's zipfile wrote it, as a whole and by range`(form: String) throws {
        try withArchive("\(Self.write)\n\(form)") { path in
            let store = try ZipStore(path: path)
            #expect(try store.bytes(of: "zarr.json") == Array("{}".utf8))
            #expect(try store.bytes(of: "a/empty") == [])
            #expect(try store.children(of: "") == ["a"])
            for (key, expected) in [("a/0", Self.smooth), ("a/1", Self.noise)] {
                let isWhole = try store.bytes(of: key) == expected
                #expect(isWhole, "\(key)")
                for range in [0..<1, 100..<70_000, 65_535..<65_537, 199_000..<200_000] {
                    let bytes = try store.get(key, .range(UInt64(range.lowerBound)..<UInt64(range.upperBound)))
                    let isRight = bytes.map { Array($0.bytes.bytes) == Array(expected[range]) } == true
                    #expect(isRight, "\(key) \(range)")
                }
                let end = try store.get(key, .suffix(1000)).map { Array($0.bytes.bytes) == expected.suffix(1000) }
                #expect(end == true, "\(key)")
            }
        }
    }

    @Test(arguments: [
        ("write(out)\nd = bytearray(open(out, 'rb').read()); d[d.index(noise[:100]) + 7] ^= 1", "a/1", "CRC-32"),
        (
            "write(out, compression=ZIP_DEFLATED)\nd = bytearray(open(out, 'rb').read()); d[d.index(b'a/0') + 3] ^= 7",
            "a/0", "compressed bytes"
        ),
        ("write(out)\nd = bytearray(open(out, 'rb').read()); d[d.index(b'a/1') - 30] ^= 1", "a/1", "header"),
        ("write(out, compression=zipfile.ZIP_BZIP2)\nd = open(out, 'rb').read()", "a/1", "method 12"),
        (
            "write(out)\nd = bytearray(open(out, 'rb').read()); d[d.rindex(b'a/1') - 38] |= 1", "a/1", "encrypted"
        ),
        // A size that no stream of so few bytes can have.
        (
            """
            write(out, compression=ZIP_DEFLATED)
            d = bytearray(open(out, 'rb').read()); i = d.rindex(b'a/0') - 22; d[i:i + 4] = b'\\xf0\\xff\\xff\\xff'
            """, "a/0", "size"
        ),
        // One that a stream could have, but this one has not.
        (
            """
            write(out, compression=ZIP_DEFLATED)
            d = bytearray(open(out, 'rb').read()); i = d.rindex(b'a/0') - 22; d[i:i + 4] = struct.pack('<I', 300001)
            """, "a/0", "ends before it should"
        ),
        (
            """
            write(out)
            d = bytearray(open(out, 'rb').read()); i = d.rindex(b'a/1') - 4; d[i:i + 4] = b'\\xf0\\xff\\xff\\x7f'
            """, "a/1", "beyond the end"
        ),
    ])
    func `what is wrong with a member of a ZIP archive is said, and the others are read`(
        damage: String, key: String, problem: String
    ) throws {
        try withArchive("\(Self.write)\n\(damage)\nopen(out, 'wb').write(d)") { path in
            let store = try ZipStore(path: path)
            let error = #expect(throws: StoreError.self) { try store.get(key, .whole(atMost: 1 << 20)) }
            #expect(error?.description.contains(problem) == true, "\(error?.description ?? "")")
            let others = ["a/0": Self.smooth, "a/1": Self.noise].filter { $0.key != key }
            for (key, expected) in others where problem != "method 12" {
                let isRight = try store.bytes(of: key) == expected
                #expect(isRight)
            }
        }
    }

    @Test(arguments: [
        "d = b''", "d = b'no archive'", "write(out)\nd = open(out, 'rb').read()[:-1]",
        "write(out)\nd = open(out, 'rb').read()[1:200000]",
        // More members than the directory has, and a directory that is not there.
        "write(out)\nd = bytearray(open(out, 'rb').read()); d[-12:-10] = b'\\xff\\x7f'",
        "write(out)\nd = bytearray(open(out, 'rb').read()); d[-14:-10] = b'\\x05\\x00\\x05\\x00'",
        "write(out)\nd = bytearray(open(out, 'rb').read()); d[-10:-6] = b'\\xf0\\xff\\xff\\x7f'",
        "write(out)\nd = bytearray(open(out, 'rb').read()); d[-18:-16] = b'\\x01\\x00'",
    ])
    func `a file that is no whole ZIP archive is refused`(damage: String) throws {
        try withArchive("\(Self.write)\n\(damage)\nopen(out, 'wb').write(d)") { path in
            #expect(throws: StoreError.self) { try ZipStore(path: path) }
        }
    }

    @Test func `names in a ZIP archive that are no keys are left out`() throws {
        let lines = """
            with ZipFile(out, "w") as archive:
                for name in ["zarr.json", "../up", "a/../b", "a//b", "/absolute", "a/./b", "ok/0", "é/0"]:
                    archive.writestr(name, "x")
            """
        try withArchive(lines) { path in
            let store = try ZipStore(path: path)
            #expect(try store.children(of: "") == ["ok", "é"])
            #expect(try store.byteCount(below: "") == 3)
        }
    }

    @Test func `a ZIP archive that is written anew while it is open is read as it is then`() throws {
        try withArchive("\(Self.write)\nwrite(out)") { path in
            let store = try ZipStore(path: path)
            let before = try store.get("zarr.json", .whole(atMost: 10))?.info.version
            try runChecked([
                "python3", "-c", "import sys, zipfile; zipfile.ZipFile(sys.argv[1], 'a').writestr('b/0', 'new')", path,
            ])
            #expect(try store.bytes(of: "b/0") == Array("new".utf8))
            // What was not written anew is known by its old version.
            #expect(try store.get("zarr.json", .whole(atMost: 10))?.info.version == before)
            try runChecked(["python3", "-c", Self.rewrite, path])
            #expect(try store.bytes(of: "zarr.json") == Array("{ }".utf8))
            #expect(try store.get("zarr.json", .whole(atMost: 10))?.info.version != before)
            #expect(try store.bytes(of: "b/0") == nil)
        }
    }
}
