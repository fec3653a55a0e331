import AudioCoding
import Foundation
import TestSupport

/// A coded stream of `Tests/Fixtures/coded`, and the results of independent tools.
struct CodedFixture {
    /// A packet according to ffprobe.
    struct Packet: Equatable {
        let offset: UInt64
        let byteCount: Int
        /// In ffprobe's time base; nil if it has none.
        let duration: Int?
    }

    let name: String
    var bytes: [UInt8]
    /// The SHA-256 of the samples of its source; nil if the stream is lossy.
    private let sourceSHA256: String?
    let packets: [Packet]

    init(_ name: String) throws {
        let file = TestFiles.fixtures.appending(path: "coded/\(name)")
        let golden = try String(contentsOf: file.appendingPathExtension("golden"), encoding: .utf8)
        let lines = golden.split(separator: "\n")
        self.name = name
        bytes = [UInt8](try Data(contentsOf: file))
        sourceSHA256 = lines[0] == "-" ? nil : String(lines[0])
        packets = lines.dropFirst().compactMap { line in
            let fields = line.split(separator: " ")
            guard let offset = UInt64(fields[0]), let byteCount = Int(fields[1]) else { return nil }
            return Packet(offset: offset, byteCount: byteCount, duration: Int(fields[2]))
        }
    }

    /// The SHA-256 of the decoded samples.
    var sha256: String {
        get throws {
            try sourceSHA256 ?? ReferenceDecode.sha256(of: TestFiles.fixtures.appending(path: "coded/\(name)"))
        }
    }

    var stream: CodedStream { CodedStream(bytes) }
}

extension CodedStream {
    init(_ bytes: [UInt8]) {
        self.init(byteCount: UInt64(bytes.count)) { Array(bytes[Int($0.lowerBound)..<Int($0.upperBound)]) }
    }
}

/// The sizes of pieces in which scanners get a stream: all at once, odd, small, single bytes.
let pieceByteCounts = [Int.max, 4099, 100, 1]

/// Calls `body` with `bytes` in pieces of `pieceByteCount`.
func forEachPiece<T>(
    of bytes: [UInt8], _ pieceByteCount: Int, _ body: (UnsafeRawBufferPointer) throws -> [T]
) rethrows -> [T] {
    try bytes.withUnsafeBytes { bytes in
        var found: [T] = []
        var rest = bytes[...]
        while !rest.isEmpty {
            found += try body(UnsafeRawBufferPointer(rebasing: rest.prefix(pieceByteCount)))
            rest = rest.dropFirst(pieceByteCount)
        }
        return found
    }
}

/// Calls `body` with a buffer that is large enough for the samples of any frame.
@discardableResult
func withOutput<T>(_ body: (UnsafeMutableRawBufferPointer) throws -> T) rethrows -> T {
    let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 65_535 * 8 * 4, alignment: 16)
    defer { output.deallocate() }
    return try body(output)
}

extension Array where Element == UInt8 {
    /// Calls `body` with the bytes of `frame`.
    func with<T>(_ frame: CodedFrame, _ body: (UnsafeRawBufferPointer) throws -> T) rethrows -> T {
        try withUnsafeBytes { bytes in
            let start = Int(frame.offset)
            return try body(UnsafeRawBufferPointer(rebasing: bytes[start..<start + frame.byteCount]))
        }
    }
}
