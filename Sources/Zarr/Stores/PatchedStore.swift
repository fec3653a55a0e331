import Support

/// A store with other values in some places, to be looked at before they are put there.
public final class PatchedStore: Store {
    private let base: any Store
    /// Values by their keys.
    private let values: [String: [UInt8]]
    /// Folders of the base by the folders in whose places they are seen.
    private let folders: [String: String]

    /// The store `base`, in which `values` are under their keys, and what is below the values of `folders` is seen below their keys
    /// instead of what is there.
    public init(_ base: any Store, values: [String: [UInt8]] = [:], folders: [String: String] = [:]) {
        self.base = base
        self.values = values
        self.folders = folders
    }

    /// As for every store, with the other values.
    public func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard let value = values[key] else { return try base.get(place(of: key), part, into: memory) }
        let size = UInt64(value.count)
        let range = try part.range(of: size, key)
        let buffer = memory(range.count)
        if buffer.count == range.count {
            // The range lies within the value.
            buffer.copyBytes(from: value[Int(range.lowerBound)..<Int(range.upperBound)])
        }
        return ValueInfo(size: size, version: nil)
    }

    /// As for every store, with the folders of the other values.
    public func children(of prefix: String) throws(StoreError) -> [String] {
        let below = prefix.isEmpty ? "" : "\(prefix)/"
        let patched = (values.keys.map { NodeName.parent(of: $0) } + folders.keys).filter {
            $0.hasPrefix(below) && $0 != prefix && !$0.isEmpty
        }
        let names = patched.compactMap { $0.dropFirst(below.count).split(separator: "/").first.map { String($0) } }
        return Set(try base.children(of: place(of: prefix)) + names).sorted()
    }

    /// As for every store; of other values, nothing is known.
    public func status(of key: String) throws(StoreError) -> KeyStatus? {
        if values[key] != nil { return KeyStatus(modified: nil, version: nil) }
        return try base.status(of: place(of: key))
    }

    /// As for every store, without the other values.
    public func byteCount(below prefix: String) throws(StoreError) -> UInt64 {
        try base.byteCount(below: place(of: prefix))
    }

    /// As for every store.
    public var listsFolders: Bool { base.listsFolders }

    /// As for every store.
    public var requestsAtOnce: Int? { base.requestsAtOnce }

    /// As for every store, without the other values.
    public func expect(_ requests: [ValueRequest]) {
        base.expect(
            requests.filter { values[$0.key] == nil }.map {
                ValueRequest(place(of: $0.key), $0.part, version: $0.version)
            })
    }

    /// As for every store.
    public func distrust(_ key: String) { base.distrust(place(of: key)) }

    /// As for every store.
    public func forget() { base.forget() }

    /// Where in the base `key` is.
    private func place(of key: String) -> String {
        for (seen, kept) in folders where key == seen || key.hasPrefix("\(seen)/") {
            return kept + key.dropFirst(seen.count)
        }
        return key
    }
}
