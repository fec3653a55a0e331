import Support

/// A directory that may have files which are source files, byte for byte.
protocol ChecksumSource: Directory {
    /// Its `SHA256SUMS`; nil if it is known that there is none. The same object each time.
    var checksums: StoredReport? { get }
    /// The path of the directory below the mountpoint or in the store, which no other such directory has.
    var checksumPath: String { get }
    /// How many children have names that come before `name`.
    func lowerBound(of name: [UInt8]) -> Int
}

/// A directory with `SHA256SUMS` among its children, and those of its directories likewise.
///
/// It keeps nothing: everything is asked of the directory that it shows.
final class ChecksummedDirectory: Directory {
    private let base: any ChecksumSource

    /// The directory `base` with its `SHA256SUMS`. None of its children has that name.
    init(_ base: any ChecksumSource) {
        self.base = base
    }

    var modified: Timestamp {
        get throws(VirtualFSError) { try base.modified }
    }
    var isOutdated: Bool { base.isOutdated }
    var caching: NodeCaching { base.caching }
    var extendedAttributes: [(name: String, value: String)] { base.extendedAttributes }

    func prepare() throws(VirtualFSError) {
        try base.prepare()
    }

    var count: Int { base.count + (base.checksums == nil ? 0 : 1) }

    func name(at place: Int) -> [UInt8] {
        basePlace(place).map { base.name(at: $0) } ?? ChecksumLines.fileName
    }

    func place(of name: [UInt8]) -> Int? {
        guard base.checksums != nil else { return base.place(of: name) }
        if name == ChecksumLines.fileName { return ownPlace }
        return base.place(of: name).map { $0 < ownPlace ? $0 : $0 + 1 }
    }

    func identity(at place: Int) -> NodeIdentity {
        basePlace(place).map { base.identity(at: $0) } ?? .builtIn(path: "SHA256SUMS of /\(base.checksumPath)")
    }

    func child(at place: Int) -> Child {
        guard let place = basePlace(place) else { return base.checksums.map { .file($0) } ?? .directory(self) }
        let child = base.child(at: place)
        guard case .directory(let directory as any ChecksumSource) = child else { return child }
        return .directory(ChecksummedDirectory(directory))
    }

    /// How many children come before `SHA256SUMS`.
    private var ownPlace: Int { base.lowerBound(of: ChecksumLines.fileName) }

    /// The place in the base of the child at `place`; nil for `SHA256SUMS`.
    private func basePlace(_ place: Int) -> Int? {
        guard base.checksums != nil else { return place }
        let own = ownPlace
        return place == own ? nil : place < own ? place : place - 1
    }
}
