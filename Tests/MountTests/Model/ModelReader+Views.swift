import Foundation
import TestSupport

extension ModelReader {
    /// The views that are mounted, and the names that they have in the root.
    static let views = ["by-date", "x10", "parts"]

    /// Compares the samples of what a view shows of the file at `path`, or those of a clip of it, with those of the model's file.
    mutating func compareViews(_ path: String) -> Difference? {
        guard let whole = try? WaveSamples(of: Array(Data(contentsOf: URL(filePath: "\(model)/\(path)")))),
            whole.count > 0
        else { return nil }
        let range = random.range(within: UInt64(whole.count), longest: 50_000)
        let clip = "\(path)@s\(range.lowerBound)-\(range.upperBound).wav"
        let samples = whole.bytes(Int(range.lowerBound)..<Int(range.upperBound))
        switch Int.random(in: 0..<4, using: &random) {
        case 0: return compareSamples(of: ["x10/\(path)"], with: whole.bytes, path)
        case 1: return compareSamples(of: ["x10/\(clip)"], with: samples, path)
        case 2:
            let folder = "parts/\(path.dropLast(".wav".count))"
            let names = (try? FileManager.default.contentsOfDirectory(atPath: "\(mount)/\(folder)")) ?? []
            return compareSamples(of: names.sorted().map { "\(folder)/\($0)" }, with: whole.bytes, path)
        default: return compareSamples(of: [clip], with: samples, path)
        }
    }

    /// Compares the samples of `files` of the mount, end to end, with `expected`.
    private func compareSamples(of files: [String], with expected: ArraySlice<UInt8>, _ path: String) -> Difference? {
        var right = CallResult(value: expected.count)
        right.bytes = Array(expected)
        var found = CallResult(value: -1)
        if let samples = try? files.flatMap({ file in
            try WaveSamples(of: MountedFile("\(mount)/\(file)").allBytes()).bytes
        }) {
            found = CallResult(value: samples.count)
            found.bytes = samples
        }
        guard found != right else { return nil }
        return Difference(path: path, call: "samples of \(files)", found: found, expected: right)
    }
}

/// The samples of a WAV file.
struct WaveSamples {
    /// All of them.
    let bytes: ArraySlice<UInt8>
    private let blockAlign: Int

    /// Those that `file` has in its chunk `data`.
    init(of file: [UInt8]) throws {
        var position = 12
        var blockAlign = 1
        while position + 8 <= file.count {
            let name = String(decoding: file[position..<position + 4], as: UTF8.self)
            let size = file[(position + 4)..<(position + 8)].reversed().reduce(0) { $0 << 8 | Int($1) }
            if name == "fmt ", position + 22 <= file.count {
                blockAlign = Int(file[position + 20]) | Int(file[position + 21]) << 8
            }
            if name == "data" {
                bytes = file[(position + 8)...].prefix(size)
                self.blockAlign = max(blockAlign, 1)
                return
            }
            position += 8 + size + size % 2
        }
        throw NoSamples()
    }

    /// How many samples there are, each of all channels.
    var count: Int { bytes.count / blockAlign }

    /// The bytes of the samples `range`.
    func bytes(_ range: Range<Int>) -> ArraySlice<UInt8> {
        bytes.dropFirst(range.lowerBound * blockAlign).prefix(range.count * blockAlign)
    }

    private struct NoSamples: Error {}
}
