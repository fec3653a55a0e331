import CLinux
import Foundation
import Glibc
import Support
import TestSupport
import Testing

@testable import Zarr

/// Symbolic links in a store: some lead to places in it, and others out of it.
struct SymbolicLinkTests {
    /// A store with the file `in` and the folder `d` with the file `in`, and beside it the folders `out` and `other` with one file each.
    private struct Fixture {
        let folder: URL
        var store: URL { folder.appending(path: "store") }

        init(in folder: URL) throws {
            self.folder = folder.resolvingSymlinksInPath()
            for (path, text) in [
                ("store/in", "in"), ("store/d/in", "d/in"), ("out/secret", "out"), ("out/sub/secret", "sub"),
                ("other/secret", "other"),
            ] {
                let file = folder.appending(path: path)
                try FileManager.default.createDirectory(
                    at: file.deletingLastPathComponent(), withIntermediateDirectories: true)
                try Data(text.utf8).write(to: file)
            }
        }

        /// Makes `link` in the store, which says `target`; `@` in it stands for the folder of the fixture.
        func link(_ link: String, to target: String) throws {
            let target = target.replacing("@", with: folder.path)
            try #require(symlink(target, store.appending(path: link).path) == 0)
        }
    }

    private static func with(_ body: (Fixture) throws -> Void) throws {
        try TestFiles.withTemporaryDirectory { try body(Fixture(in: $0)) }
    }

    private static func text(_ store: DirectoryStore, _ key: String) throws -> String? {
        try store.get(key, .whole(atMost: 1_000)).map { String(decoding: $0.bytes.bytes, as: UTF8.self) }
    }

    /// What each of the ways to the key says: the kernel's, and the walk that stands in for it.
    private static func walked(_ fixture: Fixture, _ key: String, targets: LinkTargets = LinkTargets()) throws
        -> String?
    {
        let root = open(fixture.store.path, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        let walk = LinkWalk(from: OwnedDescriptor(descriptor: root), targets: targets, followsLinks: true)
        let file = walk.open(key, O_RDONLY, 0)
        guard file >= 0 else { throw SystemError("openat", key) }
        return try FileHandle(fileDescriptor: file, closeOnDealloc: true).readToEnd().map {
            String(decoding: $0, as: UTF8.self)
        }
    }

    private static let inner: [(link: String, target: String, key: String, text: String)] = [
        ("a", "in", "a", "in"), ("a", "./d/../in", "a", "in"), ("a", "d", "a/in", "d/in"),
        ("d/a", "../in", "d/a", "in"),
        ("d/a", "..", "d/a/d/in", "d/in"),
    ]

    @Test(arguments: inner)
    func `a link that stays in the store is followed`(link: String, target: String, key: String, text: String) throws {
        try Self.with { fixture in
            try fixture.link(link, to: target)
            #expect(try Self.text(DirectoryStore(path: fixture.store.path), key) == text)
            #expect(try Self.walked(fixture, key) == text)
        }
    }

    private static let outer: [(link: String, target: String, key: String)] = [
        ("a", "@/out/secret", "a"), ("a", "../out/secret", "a"), ("a", "@/out", "a/secret"),
        ("d/a", "../../out", "d/a/secret"),
        ("a", "d/../../out/secret", "a"), ("a", "/etc/passwd", "a"), ("a", "/proc/self/root/etc/passwd", "a"),
        ("a", "..", "a/out/secret"), ("a", "/dev/zero", "a"),
    ]

    @Test(arguments: outer)
    func `a link that leads out of the store is an error that says so, and nothing behind it is seen`(
        link: String, target: String, key: String
    ) throws {
        try Self.with { fixture in
            try fixture.link(link, to: target)
            let store = try DirectoryStore(path: fixture.store.path)
            let error = #expect(throws: StoreError.self) { try Self.text(store, key) }
            #expect(error?.kind == .denied)
            #expect(
                error?.description == "/\(key): a symbolic link leads out of the store; "
                    + "follow_links permits it to lead to a folder (see the manual)")
            #expect(throws: StoreError.self) { try store.status(of: key) }
            #expect(throws: StoreError.self) { try store.children(of: key) }
            #expect(throws: SystemError("openat", key, code: EXDEV)) { try Self.walked(fixture, key) }
        }
    }

    private static let permitted: [(link: String, target: String, key: String, text: String)] = [
        ("a", "@/out/secret", "a", "out"), ("a", "../out/secret", "a", "out"), ("a", "../out", "a/sub/secret", "sub"),
        ("d/a", "../../out/sub", "d/a/secret", "sub"), ("a", "@/out/sub/../secret", "a", "out"),
        ("a", "@/other/../out/secret", "a", "out"), ("in2", "in", "in2", "in"),
    ]

    @Test(arguments: permitted)
    func `a link may lead to a folder that the user names`(link: String, target: String, key: String, text: String)
        throws
    {
        try Self.with { fixture in
            try fixture.link(link, to: target)
            let targets = try LinkTargets([fixture.folder.appending(path: "out").path])
            #expect(try Self.text(DirectoryStore(path: fixture.store.path, targets: targets), key) == text)
            #expect(try Self.walked(fixture, key, targets: targets) == text)
        }
    }

    @Test(arguments: [
        ("@/other/secret", "a"), ("@/out/escape", "a"), ("@/out/up", "a/other/secret"), ("@/out/../other/secret", "a"),
    ])
    func `a link that leads on from a folder that the user names is an error`(target: String, key: String) throws {
        try Self.with { fixture in
            try fixture.link("a", to: target)
            for (name, target) in [("escape", "../other/secret"), ("up", "..")] {
                #expect(symlink(target, fixture.folder.appending(path: "out/\(name)").path) == 0)
            }
            let targets = try LinkTargets([fixture.folder.appending(path: "out").path])
            let store = try DirectoryStore(path: fixture.store.path, targets: targets)
            #expect(throws: StoreError.self) { try Self.text(store, key) }
        }
    }

    @Test func `links in a circle are an error`() throws {
        try Self.with { fixture in
            try fixture.link("a", to: "b")
            try fixture.link("b", to: "a")
            #expect(throws: StoreError.self) { try Self.text(DirectoryStore(path: fixture.store.path), "a") }
            #expect(throws: SystemError("openat", "a", code: ELOOP)) { try Self.walked(fixture, "a") }
        }
    }

    @Test func `only files are opened, wherever a link leads`() throws {
        try Self.with { fixture in
            try fixture.link("a", to: "/dev/zero")
            let store = try DirectoryStore(path: fixture.store.path, targets: LinkTargets(["/dev"]))
            let error = #expect(throws: StoreError.self) { try Self.text(store, "a") }
            #expect(error?.description == "/a: is neither a file nor a directory")
        }
    }

    @Test func `a folder that becomes a link while it is removed takes nothing with it that is elsewhere`() throws {
        try TestFiles.withTemporaryDirectory { folder in
            let fixture = try Fixture(in: folder)
            let (victim, moved) = (
                fixture.store.appending(path: "x/y").path, fixture.store.appending(path: "moved").path
            )
            try FileManager.default.createDirectory(atPath: victim, withIntermediateDirectories: true)
            for name in ["1", "secret"] { try Data().write(to: URL(filePath: "\(victim)/\(name)")) }
            let out = fixture.folder.appending(path: "out").path
            let store = try DirectoryStore(path: fixture.store.path) { call, _ throws(SystemError) in
                // The first removal finds the folder exchanged for a link.
                if call == "unlinkat", rename(victim, moved) == 0 { symlink(out, victim) }
            }
            #expect(throws: StoreError.self) { try store.changes.removeTree("x") }
            #expect(FileManager.default.fileExists(atPath: "\(out)/secret"))
        }
    }

    @Test func `nothing is written through a link`() throws {
        try Self.with { fixture in
            try fixture.link("a", to: "d")
            let store = try DirectoryStore(path: fixture.store.path)
            #expect(throws: StoreError.self) { try store.replace("a/in", with: [1]) }
            #expect(try Self.text(store, "d/in") == "d/in")
        }
    }
}
