import Testing

@testable import AudioCoding

@Suite struct OpusRestartVerifierTests {
    private func verify(_ claims: [OpusRestart], of stream: OpusPacketStream) throws -> OpusRestartVerifier {
        let verifier = try OpusRestartVerifier(head: stream.head, claims: claims)
        try stream.forEach { try verifier.append($0) }
        return verifier
    }

    private func prove(_ stream: OpusPacketStream) throws -> [OpusRestart] {
        let prover = try OpusRestartProver(head: stream.head)
        try stream.forEach { try prover.append($0) }
        return prover.finish()
    }

    @Test(arguments: ["celt.opus", "silk.opus"], [false, true])
    func `restarts that were proved hold`(name: String, provesStretches: Bool) throws {
        let stream = try OpusPacketStream("recordings/\(name)")
        let prover = try OpusRestartProver(head: stream.head, provesStretches: provesStretches)
        try stream.forEach { try prover.append($0) }
        let verifier = try verify(prover.finish(), of: stream)
        #expect(verifier.faults.isEmpty && verifier.failures.isEmpty)
    }

    @Test func `a restart is tried up to the end that it claims, beyond the next one`() throws {
        var stream = try OpusPacketStream("recordings/celt.opus")
        // No decoder gives anything for packets that are lost: until there are others, whatever is claimed holds.
        for lost in 100..<150 { stream.packets[lost] = nil }
        let next = OpusRestart(firstPacket: 144, preRollPacket: 0)
        for (end, faults) in [(nil, []), (144, []), (200, [.init(restart: 1, packet: 150)])]
            as [(UInt64?, [OpusRestartVerifier.Fault])]
        {
            let claim = OpusRestart(firstPacket: 112, preRollPacket: 110, end: end)
            #expect(try verify([.streamStart, claim, next], of: stream).faults == faults)
        }
    }

    @Test func `a false restart is found, by its number and its first wrong packet`() throws {
        let stream = try OpusPacketStream("recordings/celt.opus")
        var claims = try prove(stream)
        claims[1] = OpusRestart(firstPacket: 48, preRollPacket: 48)
        claims[3] = OpusRestart(firstPacket: 144, preRollPacket: 143)
        let verifier = try verify(claims, of: stream)
        #expect(verifier.faults == [.init(restart: 1, packet: 48), .init(restart: 3, packet: 144)])
        #expect(verifier.failures.isEmpty)
    }

    @Test func `of restarts that overlap in great number, no more than 64 are tried at a time`() throws {
        let stream = try OpusPacketStream("recordings/celt.opus")
        let count = UInt64(stream.packets.count)
        let claims =
            [OpusRestart(firstPacket: 0, preRollPacket: 0)]
            + (2..<count).map { OpusRestart(firstPacket: $0, preRollPacket: 1) }
        let faults = try verify(claims, of: stream).faults
        #expect(faults.count { $0.packet == nil } == Int(count) - 2 - 64)
    }

    @Test func `packets that are lost or cannot be decoded are reported, and are no faults of restarts`() throws {
        var stream = try OpusPacketStream("recordings/celt.opus")
        stream.packets[40] = nil
        stream.packets[100] = [0xFF]
        stream.packets[101] = nil
        let verifier = try verify(prove(stream), of: stream)
        #expect(verifier.faults.isEmpty)
        #expect(verifier.failures == [40..<41, 100..<102])
    }
}
