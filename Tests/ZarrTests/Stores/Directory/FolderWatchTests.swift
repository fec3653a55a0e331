import Foundation
import TestSupport
import Testing

@testable import Zarr

@Suite struct `The watch over a store's folders` {
    /// What `watch` says has changed in the folder `name`, once it says anything; nil if it says nothing.
    private func names(_ name: String, _ watch: any StoreWatch) -> Set<String>? {
        var changes = NoticedChanges()
        _ = eventually {
            changes.add(watch.takeChanges())
            return changes.inFolder(name) != nil
        }
        guard case .names(let names)? = changes.inFolder(name) else { return nil }
        return names
    }

    private func withStore(_ body: (_ folder: URL, _ store: DirectoryStore, _ watch: any StoreWatch) throws -> Void)
        throws
    {
        try TestFiles.withTemporaryDirectory { directory in
            let folder = directory.appending(path: "s.zarr")
            let test = try TestStore(at: folder)
            for name in ["a", "b", "a/0"] { try test.addGroup(name) }
            let store = try DirectoryStore(path: folder.path)
            try body(folder, store, #require(try store.watch()))
        }
    }

    @Test func `what is made, renamed and removed in a watched folder is noticed, and nothing else`() throws {
        try withStore { folder, _, watch in
            for name in ["", "a"] { try watch.add(name) }
            #expect(watch.takeChanges().isEmpty)
            let files = FileManager.default
            try files.createDirectory(at: folder.appending(path: "b/deep"), withIntermediateDirectories: true)
            try files.createDirectory(
                at: folder.appending(path: ".zarrwlr-staging-1"), withIntermediateDirectories: true)
            #expect(watch.takeChanges().isEmpty)
            try files.createDirectory(at: folder.appending(path: "a/1"), withIntermediateDirectories: true)
            #expect(names("a", watch) == ["1"])
            try files.moveItem(at: folder.appending(path: "a/1"), to: folder.appending(path: "a/2"))
            #expect(names("a", watch) == ["1", "2"])
            try files.removeItem(at: folder.appending(path: "b"))
            #expect(names("", watch) == ["b"])
        }
    }

    @Test func `a document that is replaced is noticed by who watches the folder above`() throws {
        try withStore { _, store, watch in
            try watch.add("a")
            try store.replace("a/0/zarr.json", with: Array("{}".utf8))
            #expect(names("a", watch) == ["0"])
        }
    }

    @Test func `a folder that is renamed is watched under its new name once that is added`() throws {
        try withStore { folder, _, watch in
            try watch.add("a")
            try FileManager.default.moveItem(at: folder.appending(path: "a"), to: folder.appending(path: "c"))
            try watch.add("c")
            _ = watch.takeChanges()
            try FileManager.default.createDirectory(
                at: folder.appending(path: "c/new"), withIntermediateDirectories: true)
            #expect(names("c", watch) == ["new"])
            try watch.add("absent")
        }
    }

    @Test func `changes add up`() {
        var changes = NoticedChanges()
        #expect(changes.isEmpty)
        changes.add("x", in: "a")
        var others = NoticedChanges()
        others.add("y", in: "a")
        others.add("z", in: "")
        changes.add(others)
        guard case .names(let names)? = changes.inFolder("a") else {
            Issue.record("no names")
            return
        }
        #expect(names == ["x", "y"])
        #expect(changes.inFolder("b") == nil)
        changes.add(.all)
        #expect(changes.inFolder("b")?.contains("anything") == true)
    }
}
