import Foundation
import TestSupport
import Testing

@testable import AudioCoding

/// The packets of a fixture, decoded in the plainest way.
struct OpusPacketStream {
    let head: OpusHead
    var packets: [[UInt8]?]

    /// `name` is a path below Tests/Fixtures.
    init(_ name: String) throws {
        let bytes = Array(try Data(contentsOf: TestFiles.fixtures.appending(path: name)))
        let (scanner, found) = try opusPackets(of: bytes)
        head = try #require(scanner.head)
        packets = found.map { $0.bytes(in: bytes) }
    }

    /// The samples of each packet from `first` on, by a fresh decoder; nil for one that gives none.
    func decode(from first: Int) throws -> [[UInt8]?] {
        let decoder = try OpusStreamDecoder(head: head)
        return withOutput { output in
            packets[first...].map { packet in
                let count = packet.flatMap { packet in
                    try? packet.withUnsafeBytes { try decoder.decode($0, into: output) }
                }
                return count.map { Array(output.prefix($0 * head.channels * 2)) }
            }
        }
    }

    /// Calls `body` with each packet, nil for one that is lost.
    func forEach(_ body: (UnsafeRawBufferPointer?) throws -> Void) rethrows {
        for packet in packets {
            if let packet { try packet.withUnsafeBytes { try body($0) } } else { try body(nil) }
        }
    }
}
