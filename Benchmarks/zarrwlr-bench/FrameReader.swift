import AudioCoding

/// Reads and decodes just the frames of requested samples: the least work that any reader must do.
final class FrameReader {
    private enum Decoder {
        case flac(FLACDecoder)
        case aac
    }

    private let file: CodedFile
    private let frames: [CodedFrame]
    private let decoder: Decoder
    private let output = UnsafeMutableRawBufferPointer.allocate(byteCount: 8 << 20, alignment: 16)

    init(_ file: CodedFile, frames: [CodedFrame]) throws {
        self.file = file
        self.frames = frames
        decoder =
            switch file.coding {
            case .flac(let streamInfo, _): .flac(try FLACDecoder(streamInfo: streamInfo))
            case .aac: .aac
            }
    }

    deinit {
        output.deallocate()
    }

    /// Reads and decodes the frames of `samples`, for AAC with the frame before them, which overlaps the first.
    func read(_ samples: Range<Int>) throws {
        // All frames but the last have the same length.
        guard let length = frames.first?.sampleCount else { throw BenchmarkError("the file has no frame") }
        let first = samples.lowerBound / length
        let end = min((samples.upperBound - 1) / length + 1, frames.count)
        guard first < end else { throw BenchmarkError("the file ends before sample \(samples.upperBound)") }
        switch decoder {
        case .flac(let decoder):
            try forEachFrame(first..<end) { _ = try decoder.decode($0, into: output) }
        case .aac:
            let decoder = try AACDecoder()
            try forEachFrame(max(first - 1, 0)..<end) { _ = try decoder.decode($0, into: output) }
        }
    }

    /// Reads the frames in `range` at once and passes them to `body` one by one.
    private func forEachFrame(_ range: Range<Int>, _ body: (UnsafeRawBufferPointer) throws -> Void) throws {
        let start = frames[range.lowerBound].offset
        let last = frames[range.upperBound - 1]
        let byteCount = Int(last.offset - start) + last.byteCount
        try withUnsafeTemporaryAllocation(byteCount: byteCount, alignment: 16) { buffer in
            try file.read(from: start, into: buffer)
            for frame in frames[range] {
                let begin = Int(frame.offset - start)
                try body(UnsafeRawBufferPointer(rebasing: buffer[begin..<begin + frame.byteCount]))
            }
        }
    }
}
