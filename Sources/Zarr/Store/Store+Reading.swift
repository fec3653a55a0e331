import Support

/// Bytes of a value, and what the store says of it.
struct StoredBytes: Sendable {
    /// The bytes that were asked for.
    let bytes: Block
    /// The value that they are a part of.
    let info: ValueInfo
}

extension Store {
    /// Reads `part` of the value under `key` into memory of its own; nil if there is no such key. Throws as the requirement
    /// does. The caller bounds a range or a suffix.
    func get(_ key: String, _ part: ValuePart) throws(StoreError) -> StoredBytes? {
        var memory: UnsafeMutableRawBufferPointer?
        do throws(StoreError) {
            var missingByteCount: Int?
            let info = try get(key, part) { byteCount in
                memory = BlockMemory.take(byteCount)
                if memory == nil { missingByteCount = byteCount }
                return memory ?? UnsafeMutableRawBufferPointer(start: nil, count: 0)
            }
            if let missingByteCount {
                throw StoreError(.failed, "no memory for \(missingByteCount) bytes", key: key)
            }
            guard let info else {
                if let memory { BlockMemory.giveBack(memory) }
                return nil
            }
            return StoredBytes(bytes: memory.map { Block(adopting: $0) } ?? Block([]), info: info)
        } catch {
            if let memory { BlockMemory.giveBack(memory) }
            throw error
        }
    }

    /// Whether there is a value under `key`.
    public func contains(_ key: String) throws(StoreError) -> Bool {
        try get(key, .range(0..<0)) { _ in UnsafeMutableRawBufferPointer(start: nil, count: 0) } != nil
    }

    /// A number that changes whenever anything under one of `keys` does, as far as their statuses show it; nil if that of any
    /// is not known. That there is nothing under a key is known, too.
    public func version(of keys: some Sequence<String>) -> UInt64? {
        var versions: [UInt64] = []
        for key in keys {
            do throws(StoreError) {
                guard let status = try status(of: key) else {
                    versions.append(0)
                    continue
                }
                guard let version = status.version else { return nil }
                versions.append(version)
            } catch {
                return nil
            }
        }
        return FNV1a(of: versions).value
    }
}
