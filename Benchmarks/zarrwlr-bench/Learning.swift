import CJemalloc
import Glibc
import Recordings
import Support
import VirtualFS

/// Learns a store of very many recordings as a mount does, and measures the memory that this takes.
enum Learning {
    /// MiB in main memory beyond those before: after learning, and at most.
    struct Memory {
        let kept: Double
        let peak: Double
    }

    /// Learns `groupCount` groups of `recordingCount` recordings, each of the FLAC file at `path`, and looks into every directory.
    static func memory(ofGroups groupCount: Int, of recordingCount: Int, stream path: String) throws -> Memory {
        let stream = try CodedFile(path: path).bytes()
        // What the code takes when it is first used is not counted.
        _ = try learned(SyntheticStore(groupCount: 1, recordingCount: 300, stream: stream))
        let before = try processStatus("VmRSS:")
        let volume = try learned(
            SyntheticStore(groupCount: groupCount, recordingCount: recordingCount, stream: stream))
        let memory = Memory(kept: try processStatus("VmRSS:") - before, peak: try processStatus("VmHWM:") - before)
        guard volume.counts.learned == groupCount * recordingCount else {
            throw BenchmarkError("only \(volume.counts.learned) recordings were learned")
        }
        return memory
    }

    private static func learned(_ store: SyntheticStore) throws -> Volume {
        let volume = Volume(
            try Catalogue(store: store, cache: BlockCache(budget: 64 << 20), log: .silent), log: .silent)
        volume.learn()
        try lookInto(.root, of: volume)
        _ = mallctl("arena.\(MALLCTL_ARENAS_ALL).purge", nil, nil, nil, 0)
        return volume
    }

    private static func lookInto(_ directory: Inode, of volume: Volume) throws {
        var directories: [Inode] = []
        try volume.forEachEntry(of: directory, from: 2) { entry in
            if entry.attributes.isDirectory { directories.append(entry.attributes.inode) }
            return true
        }
        for directory in directories { try lookInto(directory, of: volume) }
    }

    /// The MiB in `field` of /proc/self/status.
    private static func processStatus(_ field: String) throws -> Double {
        guard let status = fopen("/proc/self/status", "r") else { throw SystemError("fopen", "/proc/self/status") }
        defer { fclose(status) }
        var line = [CChar](repeating: 0, count: 256)
        while fgets(&line, Int32(line.count), status) != nil {
            let text = String(decoding: line.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
            let words = text.split(whereSeparator: \.isWhitespace)
            if words.count > 1, words[0] == field, let kibibytes = Double(words[1]) { return kibibytes / 1024 }
        }
        throw BenchmarkError("/proc/self/status has no \(field)")
    }
}
