import Support
import Zarr

/// A store of very many recordings that differ only in their names. It is kept nowhere: what is asked of it is made up.
struct SyntheticStore: Store {
    private let groupCount: Int
    private let recordingCount: Int
    private let stream: [UInt8]
    private let groupDocument: [UInt8]
    private let audioDocument: [UInt8]

    /// A store of `groupCount` groups of `recordingCount` recordings, each of which has the FLAC `stream`.
    init(groupCount: Int, recordingCount: Int, stream: [UInt8]) {
        self.groupCount = groupCount
        self.recordingCount = recordingCount
        self.stream = stream
        groupDocument = Array(#"{"zarr_format": 3, "node_type": "group", "attributes": {}}"#.utf8)
        let document = """
            {"zarr_format": 3, "node_type": "array", "shape": [\(stream.count)], "data_type": "uint8",
            "chunk_grid": {"name": "regular", "configuration": {"chunk_shape": [\(stream.count)]}},
            "chunk_key_encoding": {"name": "default"}, "fill_value": 0, "codecs": [{"name": "bytes"}],
            "attributes": {"codec": "flac", "first_sample_time_stamp": "2025-06-18T05:00:00+02:00"}}
            """
        audioDocument = Array(document.utf8)
    }

    func get(
        _ key: String, _ part: ValuePart, into memory: (_ byteCount: Int) -> UnsafeMutableRawBufferPointer
    ) throws(StoreError) -> ValueInfo? {
        guard let value = value(of: key) else { return nil }
        let bytes: ArraySlice<UInt8>
        switch part {
        case .whole: bytes = value[...]
        case .suffix(let count): bytes = value.suffix(count)
        case .range(let range):
            guard range.upperBound <= value.count else {
                throw StoreError(.cutShort(size: UInt64(value.count)), "has no bytes \(range)", key: key)
            }
            bytes = value[Int(range.lowerBound)..<Int(range.upperBound)]
        }
        memory(bytes.count).copyBytes(from: bytes)
        return ValueInfo(size: UInt64(value.count), version: nil)
    }

    func children(of prefix: String) throws(StoreError) -> [String] {
        switch prefix.split(separator: "/").count {
        case 0: (0..<groupCount).map { "site-\($0)" }
        case 1: (0..<recordingCount).map { "\($0)" }
        default: []
        }
    }

    func status(of key: String) throws(StoreError) -> KeyStatus? {
        value(of: key).map { _ in KeyStatus(modified: Timestamp(seconds: 1_750_000_000), version: nil) }
    }

    func byteCount(below prefix: String) throws(StoreError) -> UInt64 { 0 }

    private func value(of key: String) -> [UInt8]? {
        let names = key.split(separator: "/")
        switch (names.count, names.last) {
        case (1, "zarr.json"), (2, "zarr.json"): return groupDocument
        case (3, "zarr.json"): return Array(recordingDocument(names[0], names[1]).utf8)
        case (4, "zarr.json") where names[2] == "audio_data_blob_array": return audioDocument
        case (5, "0") where names[2] == "audio_data_blob_array": return stream
        default: return nil
        }
    }

    /// A document that is as long as that of a field recording where it is kept in memory: the name and the digest of the source.
    private func recordingDocument(_ group: Substring, _ number: Substring) -> String {
        var hash = FNV1a()
        for byte in group.utf8 { hash.add(byte) }
        for byte in number.utf8 { hash.add(byte) }
        let digits = String(hash.value | 1 << 63, radix: 16)
        return """
            {"zarr_format": 3, "node_type": "group", "attributes": {"type": "original_audio_file", "encoding": "flac",
            "original_audio_data_array_version": [1, 0], "base_features": {"filename": "\(group)_20250618_\(number).wav",
            "sha256": "\(digits)\(digits)\(digits)\(digits)", "size_bytes": 9600044}}}
            """
    }
}
