import Zarr

/// Another store, of which the versions of some keys are not known.
struct UnversionedStore: Store {
    private let base: any Store
    private let isUnknown: @Sendable (String) -> Bool

    init(_ base: any Store, where isUnknown: @escaping @Sendable (String) -> Bool) {
        self.base = base
        self.isUnknown = isUnknown
    }

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        try base.get(key, part, into: memory).map { info in
            ValueInfo(size: info.size, version: isUnknown(key) ? nil : info.version)
        }
    }

    func children(of prefix: String) throws(StoreError) -> [String] { try base.children(of: prefix) }

    func status(of key: String) throws(StoreError) -> KeyStatus? {
        try base.status(of: key).map { status in
            KeyStatus(modified: status.modified, version: isUnknown(key) ? nil : status.version)
        }
    }

    func byteCount(below prefix: String) throws(StoreError) -> UInt64 { try base.byteCount(below: prefix) }
}
