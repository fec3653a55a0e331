public import AudioCoding
import Glibc

/// Finds from where the packets of an Opus stream can be decoded to what a decode from the start gives, while they pass by
/// once: the rows of `opus_sync`.
///
/// Beside the decoder that runs from the start, one that began later decodes the same packets, and all its samples are
/// compared. What it proves goes from the first packet since which they agree up to where another takes over, which has
/// itself agreed for a while by then.
public struct OpusRestartProver {
    /// A row: a fresh decoder that begins with `preRollPacket` gives, from `firstPacket` on up to the next row's, exactly the
    /// samples of a decode from the start.
    public struct Row: Sendable, Equatable {
        /// Packets, counted from the stream's first.
        public let firstPacket: UInt64, preRollPacket: UInt64
    }

    /// Packets from one attempt at a restart to the next.
    private static let spacing: UInt64 = 512
    /// Packets over which samples must agree before a restart is believed.
    private static let agreement: UInt64 = 64
    /// What first packets are multiples of: those of the reader's decode units.
    private static let alignment = OpusStream.packetsPerUnit

    private let head: OpusHead
    private let decoder: OpusStreamDecoder
    private var rows = [Row(firstPacket: 0, preRollPacket: 0)]
    private var packetCount: UInt64 = 0
    /// What proves the last of `rows`; nil while that is the start's, which needs no proof.
    private var prover: OpusStreamDecoder?
    private var candidate: Candidate?
    private var isProvable = true

    /// A prover for the stream that `head` describes.
    public init(head: OpusHead) throws(AudioCodingError) {
        self.head = head
        decoder = try OpusStreamDecoder(head: head)
    }

    /// Takes in the stream's next packet and hands the samples that a decode from the start gives for it to `body`.
    ///
    /// Throws where the packet cannot be decoded.
    public mutating func append(
        _ packet: UnsafeRawBufferPointer, _ body: (UnsafeRawBufferPointer) -> Void
    ) throws(AudioCodingError) {
        let byteCount = OpusPacket.maximumSampleCount * head.channels * 2
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 2 * byteCount, alignment: 16)
        defer { buffer.deallocate() }
        let count = try decoder.decode(packet, into: UnsafeMutableRawBufferPointer(rebasing: buffer[..<byteCount]))
        let samples = UnsafeRawBufferPointer(rebasing: buffer[..<(count * head.channels * 2)])
        body(samples)
        if isProvable {
            let other = UnsafeMutableRawBufferPointer(rebasing: buffer[byteCount...])
            try prove(packet, samples, decodingInto: other)
        }
        packetCount += 1
    }

    /// The rows of `opus_sync`, of which the first is the stream's start; nil where a part of the stream can be decoded from
    /// nowhere but the start, for which a table of restarts is of no use.
    public func finish() -> [Row]? {
        isProvable ? rows : nil
    }

    private mutating func prove(
        _ packet: UnsafeRawBufferPointer, _ samples: UnsafeRawBufferPointer,
        decodingInto other: UnsafeMutableRawBufferPointer
    ) throws(AudioCodingError) {
        if packetCount % Self.spacing == Self.spacing - Self.agreement {
            candidate = Candidate(decoder: try OpusStreamDecoder(head: head), preRollPacket: packetCount)
        }
        let holds = try prover.map { prover throws(AudioCodingError) in
            try Self.gives(samples, prover, packet, decodingInto: other)
        }
        if var candidate {
            let agrees = try Self.gives(samples, candidate.decoder, packet, decodingInto: other)
            candidate.firstPacket = agrees ? candidate.firstPacket ?? aligned(packetCount) : nil
            self.candidate = candidate
        }
        if holds == false {
            // A candidate that agrees so far is the only hope.
            guard takeOver(after: 0) else {
                isProvable = false
                return
            }
        } else {
            _ = takeOver(after: Self.agreement)
        }
    }

    private func aligned(_ packet: UInt64) -> UInt64 {
        (packet + Self.alignment - 1) / Self.alignment * Self.alignment
    }

    /// Lets the candidate prove what follows, if it has agreed for `count` packets.
    private mutating func takeOver(after count: UInt64) -> Bool {
        guard let candidate, let first = candidate.firstPacket, first + count <= packetCount else { return false }
        rows.append(Row(firstPacket: first, preRollPacket: candidate.preRollPacket))
        prover = candidate.decoder
        self.candidate = nil
        return true
    }

    /// Whether `decoder` decodes `packet` to `samples`.
    private static func gives(
        _ samples: UnsafeRawBufferPointer, _ decoder: OpusStreamDecoder, _ packet: UnsafeRawBufferPointer,
        decodingInto buffer: UnsafeMutableRawBufferPointer
    ) throws(AudioCodingError) -> Bool {
        _ = try decoder.decode(packet, into: buffer)
        guard let left = samples.baseAddress, let right = buffer.baseAddress else { return false }
        return memcmp(left, right, samples.count) == 0
    }

    private struct Candidate {
        let decoder: OpusStreamDecoder
        let preRollPacket: UInt64
        /// The first packet, of those that a restart may have, since which all samples have agreed.
        var firstPacket: UInt64?
    }
}
