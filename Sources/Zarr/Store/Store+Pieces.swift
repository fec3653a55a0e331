import Support

extension Store {
    /// By one request for each piece, all for the same version. The size need not be known.
    public func read(
        _ value: ListedValue, inPiecesOf pieceByteCount: Int,
        _ body: (UnsafeRawBufferPointer) throws(StoreError) -> Void
    ) throws(StoreError) -> ValueInfo? {
        let memoryByteCount = min(pieceByteCount, Int(clamping: value.byteCount ?? .max))
        guard let memory = BlockMemory.take(memoryByteCount) else {
            throw StoreError(.failed, "no memory for \(memoryByteCount) bytes", key: value.key)
        }
        defer { BlockMemory.giveBack(memory) }
        func fitting(_ byteCount: Int) -> UnsafeMutableRawBufferPointer {
            UnsafeMutableRawBufferPointer(rebasing: memory.prefix(byteCount))
        }
        let size: UInt64
        if let byteCount = value.byteCount {
            size = byteCount
        } else {
            switch try get(value.key, ifIn: memory) {
            case .absent: return nil
            case .whole(let info):
                if info.size > 0 { try body(UnsafeRawBufferPointer(fitting(Int(info.size)))) }
                return info
            case .larger(let byteCount): size = byteCount
            }
        }
        var first: ValueInfo?
        var position: UInt64 = 0
        repeat {
            let end = min(position.adding(UInt64(pieceByteCount)) ?? size, size)
            let request = ValueRequest(value.key, .range(position..<end), version: first?.version)
            guard let result = get([request], into: { fitting($1) }).first, let info = try result.get() else {
                if position == 0 { return nil }
                throw StoreError(.changed, "is not there any more", key: value.key)
            }
            guard info.size == size, first.map({ $0.version == info.version }) ?? true else {
                throw StoreError(.changed, "changed while it was read", key: value.key)
            }
            first = info
            if position < end { try body(UnsafeRawBufferPointer(fitting(Int(end - position)))) }
            position = end
        } while position < size
        return first
    }

    /// Reads the value under `key` into the beginning of `memory` if it has room there.
    private func get(
        _ key: String, ifIn memory: UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> UnknownValue {
        do throws(StoreError) {
            let info = try get(key, .whole(atMost: memory.count)) {
                UnsafeMutableRawBufferPointer(rebasing: memory.prefix($0))
            }
            return info.map { .whole($0) } ?? .absent
        } catch {
            guard case .tooLarge(let size) = error.kind else { throw error }
            return .larger(size)
        }
    }
}

/// What becomes of a value whose size was not known.
private enum UnknownValue {
    /// There is none.
    case absent
    /// All of it was read.
    case whole(ValueInfo)
    /// It has so many bytes, and none was read.
    case larger(UInt64)
}
