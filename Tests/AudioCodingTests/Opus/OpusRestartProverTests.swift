import Foundation
import TestSupport
import Testing

@testable import AudioCoding

/// Streams that forget their past within some packets (CELT), and that do so slowly (SILK).
@Suite("The restarts of an Opus stream")
struct OpusRestartProverTests {
    private struct Stream {
        let head: OpusHead
        let packets: [[UInt8]]

        init(_ name: String) throws {
            let bytes = Array(try Data(contentsOf: TestFiles.fixtures.appending(path: "recordings/\(name)")))
            var scanner = OggPacketScanner()
            let found = try bytes.withUnsafeBytes { try scanner.consume($0) } + scanner.finish()
            head = try #require(scanner.head)
            packets = found.map { packet in packet.pieces.flatMap { bytes[Int($0.lowerBound)..<Int($0.upperBound)] } }
        }

        /// The samples of each packet from `first` on, by a fresh decoder.
        func decode(from first: Int) throws -> [[UInt8]] {
            let decoder = try OpusStreamDecoder(head: head)
            let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 5760 * head.channels * 2, alignment: 16)
            defer { output.deallocate() }
            return try packets[first...].map { packet in
                let count = try packet.withUnsafeBytes { try decoder.decode($0, into: output) }
                return Array(output.prefix(count * head.channels * 2))
            }
        }

        func prove() throws -> [OpusRestart] {
            let prover = try OpusRestartProver(head: head)
            for packet in packets { try packet.withUnsafeBytes { try prover.append($0) } }
            return prover.finish()
        }

        func verify(_ claims: [OpusRestart]) throws -> OpusRestartVerifier {
            let verifier = try OpusRestartVerifier(head: head, claims: claims)
            for packet in packets { try packet.withUnsafeBytes { try verifier.append($0) } }
            return verifier
        }
    }

    @Test("give exactly the samples of a decode from the start", arguments: ["celt.opus", "silk.opus"])
    func exact(name: String) throws {
        let stream = try Stream(name)
        let restarts = try stream.prove()
        let reference = try stream.decode(from: 0)
        #expect(restarts.first == OpusRestart(firstPacket: 0, preRollPacket: 0))
        let ends = restarts.dropFirst().map(\.firstPacket) + [UInt64(stream.packets.count)]
        for (restart, end) in zip(restarts, ends) {
            #expect(restart.firstPacket < end && restart.preRollPacket <= restart.firstPacket)
            let decoded = try stream.decode(from: Int(restart.preRollPacket))
            for packet in restart.firstPacket..<end {
                guard decoded[Int(packet - restart.preRollPacket)] == reference[Int(packet)] else {
                    Issue.record("packet \(packet) differs, decoded from \(restart.preRollPacket)")
                    return
                }
            }
        }
        #expect(try stream.verify(restarts).faults.isEmpty)
    }

    @Test("are near where the stream lets them be")
    func near() throws {
        let stream = try Stream("celt.opus")
        let restarts = try stream.prove()
        #expect(restarts.count > stream.packets.count / 100)
        #expect(restarts.allSatisfy { $0.firstPacket - $0.preRollPacket <= 32 })
    }

    @Test("that do not hold are found out, each by its number and its first wrong packet")
    func lies() throws {
        let stream = try Stream("celt.opus")
        var claims = try stream.prove()
        let wrong = OpusRestart(firstPacket: claims[1].firstPacket, preRollPacket: claims[1].firstPacket)
        claims[1] = wrong
        let verifier = try stream.verify(claims)
        #expect(verifier.faults == [.init(restart: 1, packet: wrong.firstPacket)])
        #expect(verifier.failures.isEmpty)
    }

    @Test("that are too many at a time are not tried for ever")
    func many() throws {
        let stream = try Stream("celt.opus")
        let count = UInt64(stream.packets.count)
        let claims =
            [OpusRestart(firstPacket: 0, preRollPacket: 0)]
            + (2..<count).map { OpusRestart(firstPacket: $0, preRollPacket: 1) }
        let faults = try stream.verify(claims).faults
        #expect(faults.count { $0.packet == nil } == Int(count) - 2 - 64)
    }

    @Test("pass over packets that are lost or none, and these are told")
    func lost() throws {
        let stream = try Stream("celt.opus")
        let prover = try OpusRestartProver(head: stream.head)
        for (number, packet) in stream.packets.enumerated() {
            if number == 40 { try prover.append(nil) } else { try packet.withUnsafeBytes { try prover.append($0) } }
        }
        let verifier = try OpusRestartVerifier(head: stream.head, claims: prover.finish())
        for (number, packet) in stream.packets.enumerated() {
            if number == 40 { try verifier.append(nil) } else { try packet.withUnsafeBytes { try verifier.append($0) } }
        }
        #expect(verifier.faults.isEmpty)
        #expect(verifier.failures == [40..<41])
    }

    @Test("of a stream without packets are only its start")
    func empty() throws {
        let prover = try OpusRestartProver(head: Stream("celt.opus").head)
        #expect(prover.finish() == [OpusRestart(firstPacket: 0, preRollPacket: 0)])
    }
}
