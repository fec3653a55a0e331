import Glibc
import Support

/// A lock on a folder, which one caller has at a time, in whichever process: each that wants it puts an object and then looks who else has. The
/// first of those that find each other waits for the others to go, and these begin anew.
struct S3Lock {
    /// Where all locks are.
    static let folder = ".zarrwlr-locks"
    private static let firstWait = 50, longestWait = 1000

    private let writer: S3Writer
    private let key: String
    /// When it was had.
    let began: ContinuousClock.Instant

    /// Waits for the lock on `path`. Throws once `isHalted`.
    init(on path: String, by writer: S3Writer, isHalted: () -> Bool) throws(StoreError) {
        self.writer = writer
        let start = path.isEmpty ? "\(Self.folder)/lock-" : "\(Self.folder)/\(path)/lock-"
        var (name, isThere, wait) = ("", false, Self.firstWait)
        while true {
            if !isThere {
                // Lists may still have a name that was removed.
                name = writer.newName()
                try writer.putListed(start + name, Array(name.utf8))
            }
            let key = start + name
            let others = try Self.living(
                writer.folder.names(startingWith: start).filter { $0 != name }, start, writer)
            if others.isEmpty { break }
            isThere = !others.contains { $0 < name }
            if !isThere || isHalted() { try writer.folder.remove([key]) }
            guard !isHalted(), Pause.take(milliseconds: .random(in: wait / 2...wait)) else {
                try writer.folder.remove([key])
                throw StoreError.halted(path)
            }
            wait = min(wait * 2, Self.longestWait)
        }
        key = start + name
        began = .now
    }

    /// Those of `names` whose writers live, and are not `writer`, which has one lock on a folder at a time: an earlier one of its own could not be
    /// removed. The others are removed.
    private static func living(
        _ names: [String], _ start: String, _ writer: S3Writer
    ) throws(StoreError) -> [String] {
        var living = try S3Writer.living(Set(names.map { S3Writer.identifier(of: $0) }), of: writer.folder)
        living.remove(writer.identifier)
        let dead = names.filter { !living.contains(S3Writer.identifier(of: $0)) }
        try writer.folder.remove(dead.map { start + $0 })
        return names.filter { !dead.contains($0) }
    }

    /// The writer that has the lock with the key `key`.
    static func writer(of key: String) -> String {
        S3Writer.identifier(of: (key.split(separator: "/").last ?? "").dropFirst("lock-".count))
    }

    /// Lets others have it. What cannot be removed is removed once this writer has ended.
    func release() {
        try? writer.folder.remove([key])
    }
}
