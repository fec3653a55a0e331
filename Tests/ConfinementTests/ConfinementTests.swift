import Foundation
import Glibc
import TestSupport
import Testing

@testable import Confinement

/// Each test confines a process of its own.
@Suite struct ConfinementTests {
    private static let nobody: uid_t = 65_534

    @Test(.enabled(if: Landlock.version > 0, "needs Landlock"))
    func `a confined process can do what serving needs, and nothing else`() async throws {
        try await confine(asNobody: false)
    }

    @Test(.enabled(if: Landlock.version > 1, "needs Landlock"))
    func `a confined command can make what it was told to, where it was told to, and nothing else`() async throws {
        try await confine(asNobody: false, isCommand: true)
    }

    @Test(.enabled(if: geteuid() == 0 && Landlock.version > 1, "needs root and Landlock"))
    func `a confined command of a user other than root can make what it was told to, and nothing else`() async throws {
        try await confine(asNobody: true, isCommand: true)
    }

    @Test(.enabled(if: geteuid() == 0 && Landlock.version > 0, "needs root and Landlock"))
    func `a confined process of a user other than root can do what serving needs, and nothing else`() async throws {
        try await confine(asNobody: true)
    }

    @Test(.enabled(if: geteuid() == 0, "needs root"))
    func `root keeps the capability to read all files, and no other`() async throws {
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            _ = Confinement.apply(ConfinementPolicy(readableFolders: ["/proc"], changeableFolders: []))
            let status = try String(contentsOfFile: "/proc/thread-self/status", encoding: .utf8)
            let shown = ["CapInh", "CapPrm", "CapEff", "CapBnd", "CapAmb", "NoNewPrivs", "Seccomp"]
            let lines = status.split(separator: "\n").filter { line in shown.contains { line.hasPrefix("\($0):") } }
            FileHandle.standardError.write(Data(lines.joined(separator: "\n").utf8))
            exit(0)
        }
        let text = try String(decoding: #require(result).standardErrorContent, as: UTF8.self).replacing("\t", with: " ")
        #expect(
            text == """
                CapInh: 0000000000000000
                CapPrm: 0000000000000004
                CapEff: 0000000000000004
                CapBnd: 0000000000000004
                CapAmb: 0000000000000000
                NoNewPrivs: 1
                Seccomp: 2
                """)
    }

    private func confine(asNobody: Bool, isCommand: Bool = false) async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "zarrwlr-confined-\(UUID().uuidString)")
        defer { try? FileManager.default.removeItem(at: folder) }
        let (store, cache) = (folder.appending(path: "store"), folder.appending(path: "cache"))
        try FileManager.default.createDirectory(
            at: store.appending(path: "folder"), withIntermediateDirectories: true)
        try FileManager.default.createDirectory(at: cache, withIntermediateDirectories: true)
        try Data("audio".utf8).write(to: store.appending(path: "file"))
        try Data().write(to: cache.appending(path: "file"))
        chmod(folder.path, 0o755)
        for path in [store, cache, store.appending(path: "file"), cache.appending(path: "file")] {
            if asNobody { chown(path.path, Self.nobody, Self.nobody) }
        }
        let result = await #expect(processExitsWith: .success, observing: [\.standardErrorContent]) {
            [
                store = store.path as String, cache = cache.path as String, asNobody = asNobody as Bool,
                isCommand = isCommand as Bool
            ] in
            if asNobody { setuid(Self.nobody) }
            let policy =
                isCommand
                ? ConfinementPolicy(readableFolders: ["/"], changeableFolders: [], managedFolders: [cache])
                : ConfinementPolicy(readableFolders: [store], changeableFolders: [cache])
            let measures = Confinement.apply(policy)
            let failures = measures.failures.map { "\($0.measure): \($0.error)" }
            let surprises = failures + ConfinedWork(store: store, cache: cache, isCommand: isCommand).surprises()
            let text = Array("surprises: \(surprises)".utf8)
            _ = write(STDERR_FILENO, text, text.count)
            exit(0)
        }
        let surprises = try String(decoding: #require(result).standardErrorContent, as: UTF8.self)
        #expect(surprises == "surprises: []")
    }
}
