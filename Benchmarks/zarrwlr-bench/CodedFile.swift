import AudioCoding
import Glibc
import Support

/// A FLAC file or an ADTS stream, and the frames in it.
struct CodedFile {
    enum Coding {
        case flac(FLACStreamInfo, firstFrameOffset: UInt64)
        case aac
    }

    let coding: Coding
    private let path: String
    private let descriptor: Int32
    private let byteCount: UInt64

    init(path: String) throws {
        self.path = path
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw SystemError("open", path) }
        let end = lseek(descriptor, 0, SEEK_END)
        guard let byteCount = UInt64(exactly: end) else { throw SystemError("lseek", path) }
        self.descriptor = descriptor
        self.byteCount = byteCount
        if path.hasSuffix(".flac") {
            let stream = CodedStream(byteCount: byteCount) { range in
                var bytes = [UInt8](repeating: 0, count: range.count)
                try bytes.withUnsafeMutableBytes { try Self.read(descriptor, path, range.lowerBound, into: $0) }
                return bytes
            }
            let metadata = try FLACMetadata(of: stream)
            coding = .flac(metadata.streamInfo, firstFrameOffset: metadata.firstFrameOffset)
        } else {
            coding = .aac
        }
    }

    /// Fills `buffer` with the bytes from `offset` on.
    func read(from offset: UInt64, into buffer: UnsafeMutableRawBufferPointer) throws(SystemError) {
        try Self.read(descriptor, path, offset, into: buffer)
    }

    private static func read(
        _ descriptor: Int32, _ path: String, _ offset: UInt64, into buffer: UnsafeMutableRawBufferPointer
    ) throws(SystemError) {
        guard pread(descriptor, buffer.baseAddress, buffer.count, Int(clamping: offset)) == buffer.count else {
            throw SystemError("pread", path)
        }
    }

    /// All bytes.
    func bytes() throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: Int(clamping: byteCount))
        try bytes.withUnsafeMutableBytes { try read(from: 0, into: $0) }
        return bytes
    }

    /// All frames, found by a scan of the file.
    func frames() throws -> [CodedFrame] {
        switch coding {
        case .flac(let streamInfo, let firstFrameOffset):
            var scanner = FLACFrameScanner(streamInfo: streamInfo, offset: firstFrameOffset)
            var frames: [CodedFrame] = []
            try forEachPiece(from: firstFrameOffset) { frames += scanner.consume($0) }
            return frames + scanner.finish()
        case .aac:
            var scanner = ADTSScanner(samplesPerFrame: 1024)
            var frames: [CodedFrame] = []
            try forEachPiece(from: 0) { frames += try scanner.consume($0) }
            return try frames + scanner.finish()
        }
    }

    private func forEachPiece(from start: UInt64, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let buffer = UnsafeMutableRawBufferPointer.allocate(byteCount: 1 << 20, alignment: 16)
        defer { buffer.deallocate() }
        for position in stride(from: start, to: byteCount, by: buffer.count) {
            let end = min(position + UInt64(buffer.count), byteCount)
            let piece = UnsafeMutableRawBufferPointer(rebasing: buffer[..<Int(end - position)])
            try read(from: position, into: piece)
            try body(UnsafeRawBufferPointer(piece))
        }
    }
}
