import AudioCoding
import Glibc
import Support

/// The measurements that are done in process: `scan FILE` finds all frames, `decode FILE SAMPLES < PLACES` decodes so many samples at
/// each place. FILE is FLAC or ADTS. `learn FILE GROUPS RECORDINGS` prints the MiB that learning so many groups of so many recordings
/// takes, afterwards and at most; each recording has the FLAC stream in FILE.
enum Benchmark {
    static func run(_ arguments: [String]) throws {
        switch (arguments.first, arguments.count) {
        case ("scan", 2):
            print(try CodedFile(path: arguments[1]).frames().count)
        case ("decode", 3):
            guard let count = Int(arguments[2]) else { fallthrough }
            let file = try CodedFile(path: arguments[1])
            let reader = try FrameReader(file, frames: file.frames())
            var latencies: [Double] = []
            while let place = readLine().flatMap({ Int($0) }) {
                let start = ContinuousClock.now
                try reader.read(place..<place + count)
                latencies.append((ContinuousClock.now - start) / .seconds(1))
            }
            for latency in latencies { print(latency) }
        case ("learn", 4):
            guard let groups = Int(arguments[2]), let recordings = Int(arguments[3]) else { fallthrough }
            let memory = try Learning.memory(ofGroups: groups, of: recordings, stream: arguments[1])
            print(memory.kept, memory.peak)
        default:
            throw BenchmarkError(
                "zarrwlr-bench scan FILE | decode FILE SAMPLES < PLACES | learn FILE GROUPS RECORDINGS")
        }
    }
}

do {
    try Benchmark.run(Array(CommandLine.arguments.dropFirst()))
} catch {
    _ = "zarrwlr-bench: \(error)\n".withCString { write(STDERR_FILENO, $0, strlen($0)) }
    exit(1)
}
