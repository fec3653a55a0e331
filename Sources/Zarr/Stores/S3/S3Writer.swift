import Glibc
import S3
import Support
import Synchronization

/// This process as a writer of a store on S3, as others see it: an object that is written anew, now and then, as long as the process writes. What
/// belongs to a writer that has not done so for some time was left behind.
final class S3Writer: Sendable {
    /// Where the objects of all writers are.
    static let folder = ".zarrwlr-writers"
    /// How often it is written.
    private static let renewalInterval = Duration.seconds(30)
    /// How old the object of another machine's process is that does not live, by the service's clock.
    static let secondsUntilDead: Int64 = 300

    /// What its objects are called.
    let identifier = "\(getpid())-\(String(UInt64.random(in: 0...(.max)), radix: 36))"
    /// Whether the service honours `If-None-Match`.
    let honoursConditions: Bool
    let folder: S3Folder
    private let core: Core
    private let count = Atomic<Int>(0)

    /// A new writer of `folder`, which its object is put to.
    init(_ folder: S3Folder) throws(StoreError) {
        self.folder = folder
        let key = "\(Self.folder)/\(identifier)"
        let bytes = Array(StagingOwner.current.text.utf8)
        _ = try folder.putNew(key, bytes)
        // Now it is there. A service that ignores the condition puts it again, one that knows none puts it anyway.
        honoursConditions = try folder.putNew(key, bytes) == nil
        // Others would take a writer that they do not find for dead.
        if !honoursConditions { _ = try folder.putListed(key, bytes) }
        core = Core(folder: folder, key: key, bytes: bytes)
        do throws(SystemError) {
            try WorkerThread(name: "writer") { [core] in core.run() }.detach()
        } catch {
            throw StoreError("cannot be renewed", key: key, system: error)
        }
    }

    deinit {
        core.end()
    }

    /// Puts `bytes` under `key`. When this returns, everybody finds the object by a list.
    @discardableResult
    func putListed(_ key: String, _ bytes: [UInt8]) throws(StoreError) -> String {
        // Those that honour conditions promise that lists have what was put before.
        try honoursConditions ? folder.put(key, bytes) : folder.putListed(key, bytes)
    }

    /// Waits until lists of what is below `start` have all of `keys`, which were put: who copies the node relies on them. False if one of them was
    /// removed.
    func awaitListed(_ keys: Set<String>, below start: String) throws(StoreError) -> Bool {
        guard !honoursConditions, !keys.isEmpty else { return true }
        return try folder.awaitListed(keys, below: start)
    }

    /// A name that no other object of any writer has.
    func newName() -> String { "\(identifier).\(count.add(1, ordering: .relaxed).newValue)" }

    /// The identifier of the writer that has given the name `name`.
    static func identifier(of name: some StringProtocol) -> String { String(name.prefix { $0 != "." }) }

    /// Throws if others may take this writer for dead, even if its object is written once more.
    func checkIsAlive() throws(StoreError) {
        try core.checkIsAlive()
    }

    /// Whether the locks and claims that it had at the time `began` are still its own.
    func wasAlive(since began: ContinuousClock.Instant) -> Bool { core.wasAlive(since: began) }

    /// Which of the writers `identifiers` live. Changes nothing.
    static func living(_ identifiers: Set<String>, of folder: S3Folder) throws(StoreError) -> Set<String> {
        guard !identifiers.isEmpty else { return [] }
        let contents = try folder.contents("\(Self.folder)/", for: Self.folder)
        var living: Set<String> = []
        for object in contents.objects {
            let identifier = String(object.key.dropFirst(Self.folder.count + 1))
            if identifiers.contains(identifier), try isAlive(object.key, object.modified, contents.now, folder) {
                living.insert(identifier)
            }
        }
        return living
    }

    /// Whether another process than this one writes below `folder`.
    static func hasOthers(in folder: S3Folder) throws(StoreError) -> Bool {
        let contents = try folder.contents("\(Self.folder)/", for: Self.folder)
        for object in contents.objects where try isAlive(object.key, object.modified, contents.now, folder) {
            if try owner(object.key, folder) != .current { return true }
        }
        return false
    }

    /// Removes the objects of writers that do not live. Nothing may belong to them any more.
    static func removeDead(of folder: S3Folder) throws(StoreError) {
        let contents = try folder.contents("\(Self.folder)/", for: Self.folder)
        for object in contents.objects
        where try !isAlive(object.key, object.modified, contents.now, folder) {
            try folder.remove([object.key])
        }
    }

    private static func isAlive(
        _ key: String, _ modified: String, _ now: Timestamp?, _ folder: S3Folder
    ) throws(StoreError) -> Bool {
        // Machines that write to the same bucket may have the same name.
        if let isAlive = try owner(key, folder)?.isAlive { return isAlive }
        // What is not known is not removed.
        guard let now, let modified = Timestamp(iso8601: modified),
            let age = now.seconds.subtracting(modified.seconds)
        else { return true }
        return age <= secondsUntilDead
    }

    /// The process whose object is `key`; nil if that does not say so.
    private static func owner(_ key: String, _ folder: S3Folder) throws(StoreError) -> StagingOwner? {
        try folder.bytes(of: key).flatMap { StagingOwner(String(decoding: $0, as: UTF8.self)) }
    }

    /// What the thread that renews it keeps.
    private final class Core: Sendable {
        private struct State {
            var lease = S3Lease(at: .now)
            var isEnding = false
        }

        private let folder: S3Folder
        private let key: String
        private let bytes: [UInt8]
        private let state = Mutex(State())
        private let wake = Semaphore()
        /// One renewal at a time, and none after the end.
        private let turnstile = Turnstile()

        init(folder: S3Folder, key: String, bytes: [UInt8]) {
            self.folder = folder
            self.key = key
            self.bytes = bytes
        }

        func run() {
            while !state.withLock({ $0.isEnding }) {
                if state.withLock({ $0.lease.isOlder(than: renewalInterval, at: .now) }) { try? renew() }
                wake.wait(for: .milliseconds(900))
            }
        }

        /// Writes the object once more, unless it was removed: then others have taken this writer for dead.
        private func renew() throws(StoreError) {
            _ = try turnstile.pass { () throws(StoreError) in
                guard !state.withLock({ $0.isEnding || $0.lease.isLost }) else { return }
                let began = ContinuousClock.now
                guard try folder.tag(of: key) != nil else {
                    state.withLock { $0.lease.lose() }
                    return
                }
                try folder.put(key, bytes)
                state.withLock { $0.lease.renew(from: began, at: .now) }
            }
        }

        func checkIsAlive() throws(StoreError) {
            if state.withLock({ $0.lease.isOlder(than: S3Lease.limit, at: .now) }) { try renew() }
            guard state.withLock({ $0.lease.isHeld(at: .now) }) else {
                throw StoreError(
                    .failed,
                    "was not renewed for \(S3Writer.secondsUntilDead / 60) minutes, and another import has removed what this one wrote",
                    key: key)
            }
        }

        func wasAlive(since began: ContinuousClock.Instant) -> Bool {
            state.withLock { $0.lease.wasHeld(since: began, at: .now) }
        }

        /// Removes the object. What cannot be removed is found to be dead later.
        func end() {
            state.withLock { $0.isEnding = true }
            wake.signal()
            _ = turnstile.pass { try? folder.briefly.remove([key]) }
        }
    }
}
