import Testing

@testable import AudioCoding

/// Streams that forget their past within some packets (CELT), and that do so slowly (SILK).
@Suite struct OpusRestartProverTests {
    private static let streams = [
        "recordings/celt.opus", "recordings/silk.opus", "coded/mono.opus", "coded/short2_5.opus", "coded/speech.opus",
        "coded/hybrid.opus", "coded/lowdelay.opus", "coded/long60.opus",
    ]

    private func prove(_ stream: OpusPacketStream) throws -> [OpusRestart] {
        let prover = try OpusRestartProver(head: stream.head)
        try stream.forEach { try prover.append($0) }
        return prover.finish()
    }

    /// The same restarts, found by decoding from every place that comes into question.
    private func expected(_ stream: OpusPacketStream) throws -> [OpusRestart] {
        let whole = try stream.decode(from: 0)
        func isExact(from preRoll: Int, _ run: Range<Int>) throws -> Bool {
            try stream.decode(from: preRoll)[(run.lowerBound - preRoll)..<(run.upperBound - preRoll)] == whole[run]
        }
        var restarts = [OpusRestart(firstPacket: 0, preRollPacket: 0)]
        for first in stride(from: 48, to: whole.count, by: 48) {
            let run = first..<min(first + 48, whole.count)
            let last = restarts.last.map { Int($0.preRollPacket) } ?? 0
            if try isExact(from: first - 32, run) {
                restarts.append(OpusRestart(firstPacket: UInt64(first), preRollPacket: UInt64(first - 32)))
            } else if last > 0, try !isExact(from: last, run) {
                restarts.append(OpusRestart(firstPacket: UInt64(first), preRollPacket: 0))
            }
        }
        return restarts
    }

    @Test(arguments: streams)
    func `the restarts of an Opus stream are those that decoding from each place shows`(name: String) throws {
        let stream = try OpusPacketStream(name)
        #expect(try prove(stream) == expected(stream))
    }

    @Test(arguments: streams.prefix(2), [40, 100, 140])
    func `restarts are proved around packets that are lost or cannot be decoded`(name: String, lost: Int) throws {
        var stream = try OpusPacketStream(name)
        stream.packets[lost] = nil
        stream.packets[lost + 7] = [0xFF]
        #expect(try prove(stream) == expected(stream))
    }

    @Test func `every run of a stream that forgets soon has a restart of its own`() throws {
        let restarts = try prove(OpusPacketStream("recordings/celt.opus"))
        // 601 packets.
        #expect(restarts.map(\.firstPacket) == (0..<13).map { 48 * $0 })
        #expect(restarts.dropFirst().allSatisfy { $0.preRollPacket == $0.firstPacket - 32 })
    }

    @Test func `restarts are known as soon as their run is complete`() throws {
        let stream = try OpusPacketStream("recordings/celt.opus")
        let prover = try OpusRestartProver(head: stream.head)
        var counts: [[UInt64]] = []
        try stream.forEach { packet in
            try prover.append(packet)
            if [47, 48, 95, 96, 600].contains(prover.packetCount) {
                counts.append([prover.provedPacketCount, UInt64(prover.restarts.count)])
            }
        }
        #expect(counts == [[0, 1], [48, 1], [48, 1], [96, 2], [576, 12]])
        prover.finish()
        #expect(prover.provedPacketCount == prover.packetCount)
    }

    @Test func `proving a stream that forgets soon decodes each packet less than 2.7 times`() throws {
        let stream = try OpusPacketStream("recordings/celt.opus")
        let prover = try OpusRestartProver(head: stream.head)
        try stream.forEach { try prover.append($0) }
        let decodes = Double(prover.decodedSampleCount) / Double(stream.packets.count * 960)
        #expect(decodes > 2.5 && decodes < 2.7)
    }

    @Test func `a stream without packets has no restart but its start`() throws {
        let prover = try OpusRestartProver(head: OpusPacketStream("recordings/celt.opus").head)
        #expect(prover.finish() == [OpusRestart(firstPacket: 0, preRollPacket: 0)])
    }
}
