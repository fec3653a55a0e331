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

    /// Up to which packet each of `restarts` is right, if that is looked at run by run: up to the next one's, and of those that begin a
    /// stretch, as far as a decode from there gives what one from the start does.
    private func expectedEnds(of restarts: [OpusRestart], _ stream: OpusPacketStream) throws -> [UInt64] {
        let whole = try stream.decode(from: 0)
        return try restarts.enumerated().map { index, restart in
            let first = Int(restart.firstPacket)
            let next = index + 1 < restarts.count ? Int(restarts[index + 1].firstPacket) : whole.count
            guard first % 480 == 0, first == 0 || restart.preRollPacket > 0 else { return UInt64(next) }
            let decode = try stream.decode(from: Int(restart.preRollPacket))
            let limit = min(first + 480, whole.count)
            let different = (first..<limit).first { decode[$0 - Int(restart.preRollPacket)] != whole[$0] } ?? limit
            return UInt64(max(next, different == limit ? limit : different / 48 * 48))
        }
    }

    @Test(arguments: streams, [nil, 100, 500])
    func `restarts end where decoding from them shows another sample, or with their stretch`(
        name: String, lost: Int?
    ) throws {
        var stream = try OpusPacketStream(name)
        // Long enough for a second stretch.
        while stream.packets.count < 1_000 { stream.packets += stream.packets }
        if let lost { stream.packets[lost] = nil }
        let prover = try OpusRestartProver(head: stream.head, provesStretches: true)
        try stream.forEach { try prover.append($0) }
        let restarts = prover.finish()
        #expect(restarts.map(\.firstPacket) == (try prove(stream).map(\.firstPacket)))
        #expect(restarts.map(\.preRollPacket) == (try prove(stream).map(\.preRollPacket)))
        #expect(restarts.map(\.end) == (try expectedEnds(of: restarts, stream)))
        #expect(restarts.contains { $0.end ?? 0 >= $0.firstPacket + 480 })
    }

    @Test func `stretches take one decode of each packet more, but for the first`() throws {
        let stream = try OpusPacketStream("recordings/celt.opus")
        let counts = try [false, true].map { provesStretches in
            let prover = try OpusRestartProver(head: stream.head, provesStretches: provesStretches)
            try stream.forEach { try prover.append($0) }
            return prover.decodedSampleCount / 960
        }
        // The stream has 601 packets. The first stretch, of 480, is led by the decode from the start; the run of 48 after it is tried anyway.
        #expect(counts[1] - counts[0] == 601 - 480 - 48)
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
