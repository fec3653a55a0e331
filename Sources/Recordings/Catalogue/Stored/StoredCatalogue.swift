import Support
import Synchronization
import WaveFile
import Zarr

/// The catalogue that a store keeps of itself: what groups have, and all facts about recordings, without a request for each of them.
///
/// It may be stale. It consists of parts, which are never changed: each import adds one, and later rows count before earlier ones. What
/// cannot be read of it is ignored. Safe to use from any thread.
final class StoredCatalogue: Sendable {
    /// The path of its group in the store. No node that is listed can have it.
    static let path = NodeName.catalogue

    /// A member of a group.
    enum Member: Sendable {
        /// A recording whose document has the checksum `document`, if that is known.
        case recording(KnownRecording, document: UInt64?)
        /// A group, and when its document was last written, if that is known.
        case group(modified: Timestamp?)
        /// A node that may be a recording, and could not be read when the catalogue was written.
        case unread
    }

    /// The members of a group, by their names.
    typealias Members = [String: Member]

    fileprivate struct Content: Sendable {
        var groups: [String: Members] = [:]
    }

    private let store: any Store
    private let metadata: MetadataSelection
    private let log: Log
    private let content = SingleFlight<Content>()
    /// The parts that were read last; nil if none were.
    private let parts = Mutex<[String]?>(nil)
    private let wasCut = Atomic<Bool>(false)

    /// The catalogue that `store` keeps of itself, if it does. Of recordings it shows no more than `metadata`.
    init(in store: any Store, showing metadata: MetadataSelection, log: Log) {
        self.store = store
        self.metadata = metadata
        self.log = log
    }

    /// What the group at `path` has by the catalogue, which is read now if it is not in memory; nil if it knows of no such group.
    func members(ofGroup path: String) -> Members? {
        content.get { read() }.groups[path]
    }

    /// Whether the store had a part of a catalogue when that was last read.
    var hasParts: Bool { parts.withLock { $0?.isEmpty == false } }

    /// Whether something of it could not be used when it was read.
    var isIncomplete: Bool { wasCut.load(ordering: .relaxed) }

    /// Frees what was read.
    func drop() { content.clear() }

    /// Whether there are other parts than when the catalogue was read; if so, it is read anew when it is next needed.
    func takeChange() -> Bool {
        guard let known = parts.withLock({ $0 }), let current = try? Self.partNames(in: store), current != known else {
            return false
        }
        content.clear()
        return true
    }

    // MARK: - Parts

    /// The names of its parts in `store`, in the order in which they count; none if it has no catalogue.
    ///
    /// Of a store that cannot be asked what is in a folder, those that the document of the catalogue's group names.
    static func partNames(in store: any Store) throws(ZarrError) -> [String] {
        let names: [String]
        if store.listsFolders {
            do throws(StoreError) {
                names = try store.children(of: path)
            } catch {
                throw ZarrError(.store, "cannot be listed", path: path, cause: error)
            }
        } else {
            do throws(ZarrError) {
                names = try ZarrGroup.open(store, path: path).attributes(as: StoredCatalogueAttributes.self).parts ?? []
            } catch {
                guard error.kind == .notFound else { throw error }
                names = []
            }
        }
        return names.filter(isPartName).sorted()
    }

    /// Whether parts can be called `name`.
    private static func isPartName(_ name: String) -> Bool {
        !name.isEmpty
            && name.utf8.allSatisfy { byte in
                (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                    || (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(byte) || byte == UInt8(ascii: "-")
            }
    }

    /// What `make` makes of each row of the parts of `store` that can be read, in the order in which they count, the names of all parts, and
    /// why some cannot be read. If parts vanish meanwhile, since they are merged, those that are there then are read.
    static func rows<Row: Sendable>(
        in store: any Store, _ make: @escaping @Sendable (StoredRow) -> Row
    ) throws(ZarrError) -> (rows: [Row], parts: [String], problems: [ZarrError]) {
        var attempts = 3
        while true {
            let names = try partNames(in: store)
            let read = Parallel.map(names, threads: 2) { name in
                Result { () throws(ZarrError) in try rows(ofPart: name, in: store, make) }
            }
            attempts -= 1
            let isWhole = read.allSatisfy { ((try? $0.get()) ?? nil) != nil }
            if attempts > 0, !isWhole, try partNames(in: store) != names { continue }
            let problems = zip(names, read).compactMap { name, result -> ZarrError? in
                switch result {
                case .failure(let error): error
                // It was not listed, but named.
                case .success(nil) where !store.listsFolders:
                    ZarrError(.notFound, "is not there, though the catalogue names it", path: "\(path)/\(name)")
                case .success: nil
                }
            }
            return (read.flatMap { ((try? $0.get()) ?? nil) ?? [] }, names, problems)
        }
    }

    /// Nil if there is no such part: it is not complete yet, or not any more.
    private static func rows<Row: Sendable>(
        ofPart name: String, in store: any Store, _ make: (StoredRow) -> Row
    ) throws(ZarrError) -> [Row]? {
        guard let columns = try StoredPart.read("\(path)/\(name)", in: store) else { return nil }
        return (0..<columns.rowCount).compactMap { ColumnFactReader.row($0, of: columns).map(make) }
    }

    // MARK: - Members

    private func read() -> Content {
        var content = Content()
        do throws(ZarrError) {
            let metadata = metadata
            let read = try Self.rows(in: store) { row in (path: row.path, member: Self.member(row, metadata)) }
            wasCut.store(!read.problems.isEmpty, ordering: .relaxed)
            for problem in read.problems {
                log.say(
                    .warning,
                    "a part of the store's catalogue is not used (zarrwlr catalogue makes it anew): \(problem)")
            }
            parts.withLock { $0 = read.parts }
            for (path, member) in read.rows { content.set(member, at: path) }
        } catch {
            wasCut.store(true, ordering: .relaxed)
            log.say(.warning, "the store's catalogue cannot be read: \(error)")
        }
        return content
    }

    /// What `row` says is there; nil if nothing is.
    private static func member(_ row: StoredRow, _ metadata: MetadataSelection) -> Member? {
        switch row.content {
        case .recording(let facts): .recording(KnownRecording(facts.shown(metadata)), document: facts.documentChecksum)
        case .group(let modified): .group(modified: modified)
        case .unread: .unread
        case .gone: nil
        }
    }
}

/// The attributes of the group that is a store's catalogue.
struct StoredCatalogueAttributes: Codable {
    static let type = "zarrwlr_catalogue"

    var type: String?
    var version: [Int]?
    /// The names of the parts.
    var parts: [String]?
}

extension StoredCatalogue.Member {
    /// The recording, if it is one.
    var recording: KnownRecording? {
        guard case .recording(let recording, _) = self else { return nil }
        return recording
    }

    /// Whether nothing needs to be read of it to list it.
    var isKnown: Bool {
        if case .unread = self { return false }
        return true
    }
}

extension StoredCatalogue.Content {
    /// `member` is at `path` from now on; nil if nothing is. The groups above are there, too.
    fileprivate mutating func set(_ member: StoredCatalogue.Member?, at path: String) {
        if case .group? = member {
            if groups[path] == nil { groups[path] = [:] }
        } else if !path.isEmpty {
            // What was a group there is none any more.
            groups[path] = nil
        }
        guard !path.isEmpty else { return }
        let (parent, name) = Self.parts(of: path)
        if groups[parent] == nil {
            guard member != nil else { return }
            groups[parent] = [:]
            set(.group(modified: nil), at: parent)
        }
        groups[parent]?[name] = member
    }

    private static func parts(of path: String) -> (parent: String, name: String) {
        guard let slash = path.utf8.lastIndex(of: UInt8(ascii: "/")) else { return ("", path) }
        return (String(path[..<slash]), String(path[path.utf8.index(after: slash)...]))
    }
}
