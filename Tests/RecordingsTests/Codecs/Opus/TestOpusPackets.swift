import AudioCoding
import Foundation
import Support
import Synchronization
import TestSupport
import Zarr

@testable import Recordings

/// The packets of a fixture, some of which cannot be read the first time.
struct TestOpusPackets: OpusPackets {
    struct ReadFailure: Error {}

    private final class Unreadable: Sendable {
        let packets: Mutex<Set<UInt64>>

        init(_ packets: Set<UInt64>) {
            self.packets = Mutex(packets)
        }
    }

    let head: OpusHead
    private var base: OggPackets
    private let unreadable: Unreadable

    init(_ fixture: StreamFixture, unreadableOnce: Set<UInt64> = []) throws {
        (head, base) = try TestFiles.withTemporaryDirectory { directory in
            let store = try TestStore(at: directory, attributes: TestStore.audioGroup)
            try store.addRecording("0", codec: "opus", blob: fixture.bytes)
            let blob = try CodedBlob(
                ZarrArray.open(
                    DirectoryStore(path: directory.path), path: "0/audio_data_blob_array",
                    cache: BlockCache(budget: 1 << 20)))
            // The store is gone when this returns.
            let packets = try OggPackets(blob: blob).reading(from: blob.fetching(0..<blob.byteCount))
            return (try OggOpusExtent(of: blob.stream).head, packets)
        }
        unreadable = Unreadable(unreadableOnce)
    }

    var count: UInt64 { base.count }
    var unitCount: UInt64 { (count + OpusStream.packetsPerUnit - 1) / OpusStream.packetsPerUnit }
    var blob: CodedBlob { base.blob }

    func sampleCount(beforeUnit unit: UInt64) -> UInt64 { base.sampleCount(beforeUnit: unit) }

    func forEachPacket(in range: Range<UInt64>, _ body: (UnsafeRawBufferPointer?) throws -> Void) throws {
        for number in range {
            if unreadable.packets.withLock({ $0.remove(number) }) != nil { throw ReadFailure() }
            try base.forEachPacket(in: number..<number + 1, body)
        }
    }

    func extent(of range: Range<UInt64>) -> Range<UInt64>? { base.extent(of: range) }

    func reading(from blob: CodedBlob) -> TestOpusPackets {
        var packets = self
        packets.base = base.reading(from: blob)
        return packets
    }

    /// The samples of each of `units`, decoded from `start` on.
    func decode(
        _ units: Range<UInt64>, from start: OpusDecodeStart = .init(state: nil, packet: 0)
    ) throws -> [[UInt8]] {
        let decoder = try OpusStreamDecoder(head: head)
        if let state = start.state { try decoder.restore(state) }
        try decoder.pass(start.packet..<packets(ofUnit: units.lowerBound).lowerBound, of: self)
        return try units.map { try decoder.samples(ofUnit: $0, of: self).get().copy }
    }
}

extension Block {
    /// The bytes, copied while the block is alive.
    var copy: [UInt8] { withExtendedLifetime(self) { Array(bytes) } }
}
