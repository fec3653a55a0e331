import Glibc
import Support

/// The members of a ZIP archive, by their names. See APPNOTE.TXT, section 4.3.
///
/// Members whose names are no keys are left out. If several have one name, the last of them counts, as for other programs: an archive that is
/// written by appending has the older ones before.
struct ZipDirectory: Sendable {
    /// The names of all members, one behind the other.
    private let names: [UInt8]
    /// In the order of their names, each of which is there once.
    private let members: [ZipMember]
    /// The folder that all keys are in, with a slash at its end; empty if they are in none.
    private let prefix: [UInt8]

    /// The directory whose central headers are `bytes`, of `count` members, in an archive whose offsets all have `bias` to be added.
    ///
    /// Throws if they are no headers, or fewer.
    init(_ bytes: [UInt8], count: UInt64, bias: UInt64) throws(StoreError) {
        var names: [UInt8] = []
        var members: [ZipMember] = []
        var reader = ByteReader(bytes)
        for _ in 0..<count {
            guard let header = ZipCentralHeader(&reader, bias: bias) else {
                throw StoreError(archive: "its directory of members is damaged")
            }
            guard header.isKey else { continue }
            let start = names.count
            names += header.name
            members.append(header.member(named: start..<names.count))
        }
        let numbers = names.withUnsafeBytes { bytes in
            members.indices.sorted { one, other in
                let order = Self.order(bytes, members[one].name, members[other].name)
                return order == 0 ? one > other : order < 0
            }
        }
        var unique: [ZipMember] = []
        unique.reserveCapacity(numbers.count)
        for number in numbers where unique.last.map({ names[$0.name] != names[members[number].name] }) ?? true {
            unique.append(members[number])
        }
        self.names = names
        self.members = unique
        prefix = Self.prefix(of: unique, names)
    }

    /// The member under `key`; nil if there is none.
    func member(_ key: String) -> ZipMember? {
        let name = prefix + Array(key.utf8)
        let place = lowerBound(of: name)
        guard place < members.count, names[members[place].name].elementsEqual(name) else { return nil }
        return members[place]
    }

    /// The names, in their order, of the folders directly in the folder `path`; empty: the root.
    func folders(in path: String) -> [String] {
        let start = prefix + (path.isEmpty ? [] : Array(path.utf8) + [Self.slash])
        var folders: [String] = []
        var place = lowerBound(of: start)
        while place < members.count {
            let name = names[members[place].name]
            guard name.starts(with: start) else { break }
            let rest = name.dropFirst(start.count)
            guard let end = rest.firstIndex(of: Self.slash) else {
                place += 1
                continue
            }
            folders.append(String(decoding: rest[..<end], as: UTF8.self))
            // All of the folder is before what has the byte after a slash in its place.
            place = lowerBound(of: Array(name[..<end]) + [Self.slash + 1])
        }
        return folders.sorted()
    }

    /// Whether there is anything in the folder `path`; empty: the root.
    func hasFolder(_ path: String) -> Bool {
        if path.isEmpty { return true }
        let start = prefix + Array(path.utf8) + [Self.slash]
        let place = lowerBound(of: start)
        return place < members.count && names[members[place].name].starts(with: start)
    }

    /// Calls `body` with each member in the folder `path` (empty: the root) and in those below, and its key, in the order of these.
    func forEachMember(below path: String, _ body: (_ key: String, ZipMember) -> Void) {
        let start = prefix + (path.isEmpty ? [] : Array(path.utf8) + [Self.slash])
        for member in members[lowerBound(of: start)...] {
            let name = names[member.name]
            guard name.starts(with: start) else { break }
            body(String(decoding: name.dropFirst(prefix.count), as: UTF8.self), member)
        }
    }

    private static let slash = UInt8(ascii: "/")

    /// The place of the first member whose name is not before `name`.
    private func lowerBound(of name: [UInt8]) -> Int {
        var (low, high) = (0, members.count)
        while low < high {
            let middle = low + (high - low) / 2
            if names[members[middle].name].lexicographicallyPrecedes(name) {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    /// Below zero if the name at `one` is before that at `other`, zero if they are equal. An array's slices would take ten times as long.
    private static func order(_ names: UnsafeRawBufferPointer, _ one: Range<Int>, _ other: Range<Int>) -> Int {
        guard let base = names.baseAddress else { return 0 }
        let order = memcmp(base + one.lowerBound, base + other.lowerBound, min(one.count, other.count))
        return order == 0 ? one.count - other.count : Int(order)
    }

    /// The only folder in which a hierarchy can be, if none is at the root: programs that compress folders add the folder's name.
    private static func prefix(of members: [ZipMember], _ names: [UInt8]) -> [UInt8] {
        let document = Array("zarr.json".utf8)
        var only: [UInt8]?
        for member in members {
            let name = names[member.name]
            if name.elementsEqual(document) { return [] }
            guard let end = name.firstIndex(of: slash), name[name.index(after: end)...].elementsEqual(document) else {
                continue
            }
            if only != nil { return [] }
            only = Array(name[...end])
        }
        return only ?? []
    }
}

extension StoreError {
    /// What is wrong with a ZIP archive, which is the whole store.
    init(archive problem: String) {
        self.init(.failed, problem, key: "")
    }
}
