import Testing

@testable import AudioCoding

/// The engine beneath prover and verifier.
@Suite struct OpusRestartTrialsTests {
    @Test func `a restart with enough pre-roll holds, one without any differs in its first packet`() throws {
        let stream = try OpusPacketStream("recordings/celt.opus")
        let trials = try OpusRestartTrials(head: stream.head)
        var (long, none): (OpusRestartTrials.Trial?, OpusRestartTrials.Trial?)
        try stream.forEach { packet in
            if trials.packetCount == 8 { long = try trials.begin(firstPacket: 48, end: 96) }
            if trials.packetCount == 48 { none = try trials.begin(firstPacket: 48, end: 96) }
            trials.append(packet)
        }
        #expect(long?.restart == OpusRestart(firstPacket: 48, preRollPacket: 8))
        #expect(long?.firstDifference == nil)
        #expect(none?.restart == OpusRestart(firstPacket: 48, preRollPacket: 48))
        #expect(none?.firstDifference == 48)
    }

    @Test func `a trial decodes from its pre-roll to its end, and no further than to its first difference`() throws {
        let stream = try OpusPacketStream("recordings/celt.opus")
        let trials = try OpusRestartTrials(head: stream.head)
        try stream.forEach { packet in
            if trials.packetCount == 8 { _ = try trials.begin(firstPacket: 48, end: 96) }
            if trials.packetCount == 50 { _ = try trials.begin(firstPacket: 52, end: 96) }
            trials.append(packet)
        }
        let decode = try stream.decode(from: 50)
        let whole = try stream.decode(from: 0)
        let difference = try #require((52..<96).first { decode[$0 - 50] != whole[$0] })
        let packetCount = stream.packets.count + (96 - 8) + (difference + 1 - 50)
        #expect(trials.decodedSampleCount == UInt64(packetCount * 960))
    }

    @Test func `a trial that has ended can go on where it ended`() throws {
        let stream = try OpusPacketStream("recordings/celt.opus")
        let trials = try OpusRestartTrials(head: stream.head)
        let whole = try stream.decode(from: 0)
        var trial: OpusRestartTrials.Trial?
        try stream.forEach { packet in
            if trials.packetCount == 8 { trial = try trials.begin(firstPacket: 48, end: 96) }
            trials.append(packet)
        }
        let ended = try #require(trial)
        #expect(trials.resume(ended, for: (96..<150).map { (stream.packets[$0], whole[$0]) }))
        #expect(!trials.resume(ended, for: (150..<152).map { (stream.packets[$0], whole[$0 + 1]) }))
    }

    @Test func `a packet that is lost gives no samples, in the decode from the start and in a trial`() throws {
        var stream = try OpusPacketStream("recordings/celt.opus")
        stream.packets[60] = nil
        stream.packets[61] = [0xFF]
        let trials = try OpusRestartTrials(head: stream.head)
        var trial: OpusRestartTrials.Trial?
        var failures: [UInt64] = []
        try stream.forEach { packet in
            if trials.packetCount == 8 { trial = try trials.begin(firstPacket: 48, end: 96) }
            trials.append(packet)
            if case .failure = trials.samples { failures.append(trials.packetCount - 1) }
        }
        #expect(failures == [60, 61])
        #expect(trial?.firstDifference == nil)
    }

    @Test(arguments: ["recordings/silk.opus", "coded/surround6.opus"])
    func `the samples and the state are those of a decode from the start`(name: String) throws {
        let stream = try OpusPacketStream(name)
        let trials = try OpusRestartTrials(head: stream.head)
        let whole = try stream.decode(from: 0)
        let decoder = try OpusStreamDecoder(head: stream.head)
        try withOutput { output in
            try stream.forEach { packet in
                // Each packet by a decoder in the state before it.
                try decoder.restore(trials.snapshot())
                let count = try packet.map { try decoder.decode($0, into: output) } ?? 0
                trials.append(packet)
                let number = Int(trials.packetCount) - 1
                let areSamplesRight = Array(try trials.samples.get()) == whole[number]
                let isStateRight = Array(output.prefix(count * stream.head.channels * 2)) == whole[number]
                #expect(areSamplesRight && isStateRight, "packet \(number)")
            }
        }
    }
}
