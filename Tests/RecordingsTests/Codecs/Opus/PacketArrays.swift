import AudioCoding
import TestSupport

/// What a store has that keeps the packets of a fixture end to end.
struct PacketArrays {
    var blob: [UInt8] = []
    var rows: [[UInt64]] = []
    var head: [UInt8] = []

    init(_ fixture: StreamFixture) throws {
        let ogg = try fixture.bytes
        var scanner = OggPacketScanner()
        let packets = try ogg.withUnsafeBytes { try scanner.consume($0) } + scanner.finish()
        for packet in packets {
            let bytes = packet.pieces.flatMap { ogg[Int($0.lowerBound)..<Int($0.upperBound)] }
            append(bytes, sampleCount: UInt64(packet.sampleCount))
        }
        // OpusHead is the first packet of the first page, which has one lacing value.
        head = Array(ogg[28..<28 + Int(ogg[27])])
    }

    /// Appends a packet of so many samples.
    mutating func append(_ packet: [UInt8], sampleCount: UInt64) {
        let firstSample = rows.last.map { $0[4] + 1 } ?? 0
        rows.append(
            [UInt64(blob.count), UInt64(packet.count), sampleCount, firstSample, firstSample + sampleCount - 1])
        blob += packet
    }

    /// Adds a recording of them to `store`.
    func add(_ path: String, to store: TestStore, attributes: [String: Any] = [:], group: [String: Any] = [:]) throws {
        try store.addRecording(path, codec: "opus", blob: blob, attributes: attributes, groupAttributes: group)
        try store.addTable("\(path)/opus_index", rows: rows)
        try store.addArray("\(path)/opus_head", shape: [head.count], type: "uint8", bytes: head)
    }
}
