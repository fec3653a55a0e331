public import Foundation

/// A Zarr v3 store written by hand in the simplest layout: uncompressed chunks, usually one per array.
public struct TestStore: Sendable {
    /// Its folder.
    public let directory: URL

    /// A store in the new folder `directory`, whose root group has `attributes`.
    public init(at directory: URL, attributes: [String: Any] = [:]) throws {
        self.directory = directory
        try addGroup("", attributes: attributes)
    }

    /// The attributes that mark an audio group.
    public static var audioGroup: [String: Any] {
        ["magic_id": "zarrwlr_original_audio_group_fherb2_23091969052025", "version": [1, 0]]
    }

    /// Adds the group `path`.
    public func addGroup(_ path: String, attributes: [String: Any] = [:]) throws {
        try write(
            ["zarr_format": 3, "node_type": "group", "consolidated_metadata": NSNull(), "attributes": attributes],
            to: path)
    }

    /// Adds the array `path` of `shape` and `type` with the elements `bytes`, in C order and in the byte order `endian`; nil for an
    /// array without chunks, which reads as zeros. Only an array of one dimension may have several chunks.
    public func addArray(
        _ path: String, shape: [Int], type: String, bytes: [UInt8]?, chunks: [Int]? = nil,
        attributes: [String: Any] = [:], dimensionNames: [String]? = nil, endian: String = "little"
    ) throws {
        var document: [String: Any] = [
            "zarr_format": 3, "node_type": "array", "shape": shape, "data_type": type,
            "chunk_grid": ["name": "regular", "configuration": ["chunk_shape": chunks ?? shape.map { max($0, 1) }]],
            "chunk_key_encoding": ["name": "default", "configuration": ["separator": "/"]], "fill_value": 0,
            "codecs": [["name": "bytes", "configuration": ["endian": endian]]], "attributes": attributes,
        ]
        document["dimension_names"] = dimensionNames
        try write(document, to: path)
        guard let bytes, !bytes.isEmpty else { return }
        guard shape.count == 1, let chunkLength = chunks?.first else {
            return try writeChunk(shape.map { _ in 0 }, of: path, bytes: bytes)
        }
        let chunkSize = bytes.count / shape[0] * chunkLength
        for (number, start) in stride(from: 0, to: bytes.count, by: chunkSize).enumerated() {
            let chunk = Array(bytes[start..<min(start + chunkSize, bytes.count)])
            // A chunk at the edge of the array is stored in full length.
            try writeChunk(
                [number], of: path, bytes: chunk + [UInt8](repeating: 0, count: chunkSize - chunk.count))
        }
    }

    /// The file of the chunk at `place` of the array `path`.
    public func chunk(_ place: [Int], of path: String) -> URL {
        directory.appending(path: "\(path)/c/" + place.map(String.init).joined(separator: "/"))
    }

    /// Writes the chunk at `place` of the array `path`.
    public func writeChunk(_ place: [Int], of path: String, bytes: [UInt8]) throws {
        let chunk = chunk(place, of: path)
        try FileManager.default.createDirectory(
            at: chunk.deletingLastPathComponent(), withIntermediateDirectories: true)
        try Data(bytes).write(to: chunk)
    }

    /// Adds a two-dimensional array of `uint64`.
    public func addTable(_ path: String, rows: [[UInt64]], attributes: [String: Any] = [:]) throws {
        let bytes = rows.flatMap { row in
            row.flatMap { number in withUnsafeBytes(of: number.littleEndian) { Array($0) } }
        }
        try addArray(
            path, shape: [rows.count, rows.first?.count ?? 0], type: "uint64", bytes: bytes, attributes: attributes)
    }

    /// Adds a recording in the layout of zarrwlr: its group, and its coded audio.
    public func addRecording(
        _ path: String, codec: String, blob: [UInt8], fileName: String = "source.wav", attributes: [String: Any] = [:],
        groupAttributes: [String: Any] = [:], chunks: [Int]? = nil
    ) throws {
        var group: [String: Any] = [
            "original_audio_data_array_version": [1, 0], "type": "original_audio_file", "encoding": codec,
            "base_features": ["filename": fileName],
        ]
        group.merge(groupAttributes) { $1 }
        try addGroup(path, attributes: group)
        try addArray(
            "\(path)/audio_data_blob_array", shape: [blob.count], type: "uint8", bytes: blob, chunks: chunks,
            attributes: ["codec": codec].merging(attributes) { $1 })
    }

    private func write(_ document: [String: Any], to path: String) throws {
        let node = directory.appending(path: path)
        try FileManager.default.createDirectory(at: node, withIntermediateDirectories: true)
        let data = try JSONSerialization.data(withJSONObject: document, options: [.prettyPrinted, .sortedKeys])
        try data.write(to: node.appending(path: "zarr.json"))
    }
}
